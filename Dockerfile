# The service alone: no torch, no compiler, no package that it does not import.
# deploy/without_docker.py runs these steps, and the service in what they make, where no Docker is.
FROM python:3.12-slim-bookworm AS build
WORKDIR /build
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY src ./src
RUN python -m pip install --no-cache-dir --target /opt/spoofcue ".[serve]"

FROM python:3.12-slim-bookworm
COPY --from=build /opt/spoofcue /opt/spoofcue
COPY deploy/health.py /opt/health.py
ENV PYTHONPATH=/opt/spoofcue
ENV PYTHONDONTWRITEBYTECODE=1
# any address of the container needs keys; without the file the service does not start
ENV SPOOFCUE_HOST=0.0.0.0
ENV SPOOFCUE_KEYS=/etc/spoofcue/keys.jsonl
ENV SPOOFCUE_AUDIT=-
# a number, which Kubernetes can tell from root
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=4s --start-period=20s CMD ["python", "/opt/health.py"]
ENTRYPOINT ["python", "-m", "spoofcue"]
CMD ["serve"]
