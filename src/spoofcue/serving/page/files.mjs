// Files by button, drag and drop, or paste: each way ends as one call with one file.

export function takeFiles({ input, target, take }) {
  input.addEventListener("change", () => {
    const [file] = input.files;
    input.value = ""; // so that the same file can be chosen again
    if (file) {
      take(file);
    }
  });
  target.addEventListener("paste", (event) => {
    const [file] = event.clipboardData?.files ?? [];
    if (file) {
      event.preventDefault();
      take(file);
    }
  });
  let depth = 0; // of elements that the pointer is over
  const over = (more) => {
    depth = Math.max(0, more);
    document.body.classList.toggle("dropping", depth > 0);
  };
  target.addEventListener("dragenter", (event) => {
    event.preventDefault();
    over(depth + 1);
  });
  target.addEventListener("dragleave", () => over(depth - 1));
  target.addEventListener("dragover", (event) => event.preventDefault());
  target.addEventListener("drop", (event) => {
    event.preventDefault(); // the browser would leave the page for the file
    over(0);
    const [file] = event.dataTransfer?.files ?? [];
    if (file) {
      take(file);
    }
  });
}
