"""The paper's losses on a network of your own: here two layers, on made-up faces.

A network needs a cue map in [-1, 1] and features; Eqs. 6, 7, 8 and 10 ask for nothing more.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from spoofcue.cue import regression_loss, spoof_score, triplet_loss


class YourNetwork(nn.Module):
    """Cue map (B, 1, H, W), features (B, 16, H, W) and the logit of an attack (B,)."""

    def __init__(self) -> None:
        super().__init__()
        self.encode = nn.Conv2d(3, 16, 3, padding=1)
        self.to_cue = nn.Conv2d(16, 1, 1)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        features = F.relu(self.encode(image))
        cue = torch.tanh(self.to_cue(features))
        return cue, features, cue.mean(dim=(1, 2, 3))


def made_up_faces(count: int) -> tuple[Tensor, Tensor]:
    """Noise for live faces, the same with the lines of a display for attacks; and their labels."""
    label = torch.arange(count) % 2
    faces = torch.randn(count, 3, 32, 32) * 0.2
    faces[label == 1, :, ::4] += 0.5
    return faces.clamp(-1, 1), label


torch.manual_seed(0)
network = YourNetwork()
optimiser = torch.optim.Adam(network.parameters(), lr=0.01)
for step in range(61):
    faces, label = made_up_faces(16)
    cue, features, logit = network(faces)
    loss = (
        5 * regression_loss(cue, label)  # Eq. 6
        + triplet_loss(features.mean(dim=(2, 3)), label)  # Eq. 7; add one for each scale
        + 5 * F.binary_cross_entropy_with_logits(logit, label.float())  # Eq. 8
    )
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    if step % 20 == 0:
        print(f"step {step}: loss {loss.item():.3f}")

faces, label = made_up_faces(200)
with torch.no_grad():
    scores = spoof_score(network(faces)[0])  # Eq. 10
live, attack = scores[label == 0], scores[label == 1]
print(f"mean score live {live.mean().item():.3f}, attack {attack.mean().item():.3f}")
print(f"attacks that score above a live face: {(attack[:, None] > live).float().mean().item():.3f}")
