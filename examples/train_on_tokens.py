"""Train on sequences of different lengths, by the token: what is padded counts nothing.

Words are spelled letter by letter. The loss is the mean over letters, however they are
batched; rate, evaluations and the goal count letters, too.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from lehr import warmup_cosine
from lehr.bindings.torch import Scheduler
from lehr.training import BaseTrainer, Throughput
from lehr.training.data import DatasetLoader

GOAL = 150_000  # letters
PADDING, IGNORED = 0, -100  # of inputs; of targets
WORDS = sorted({word for word in dir(torch) + dir(nn) if word.isascii()})
LETTERS = sorted({letter for word in WORDS for letter in word})
BEGIN, END = len(LETTERS) + 1, len(LETTERS) + 2


def collate(words: list[str]) -> tuple[Tensor, Tensor]:
    """Return inputs and targets of some words, shapes (words, longest)."""
    numbers = [
        torch.tensor([BEGIN, *(LETTERS.index(x) + 1 for x in word), END])
        for word in words
    ]
    inputs = pad_sequence([n[:-1] for n in numbers], True, PADDING)
    return inputs, pad_sequence([n[1:] for n in numbers], True, IGNORED)


class Speller(nn.Module):
    """From letters to scores of the next one."""

    def __init__(self, width: int = 96) -> None:
        super().__init__()
        self.letter = nn.Embedding(len(LETTERS) + 3, width, padding_idx=PADDING)
        self.memory = nn.GRU(width, width, batch_first=True)
        self.head = nn.Linear(width, len(LETTERS) + 3)

    def forward(self, text: Tensor) -> Tensor:
        """Scores, shape (words, letters known, places): as cross_entropy wants them."""
        return self.head(self.memory(self.letter(text))[0]).movedim(-1, 1)


held = WORDS[::10]  # words that are not trained on
known = DatasetLoader(sorted(set(WORDS) - set(held)), 16, collate_fn=collate)
unseen = {
    "short": [collate([word for word in held if len(word) < 12])],
    "long": [collate([word for word in held if len(word) >= 12])],
}

torch.set_num_threads(1)  # for so small a network, more only wait for each other
torch.manual_seed(0)
model = Speller()
optimizer = torch.optim.AdamW(model.parameters())
rate = warmup_cosine(1e-2, warmup=5_000, total=GOAL)
trainer = BaseTrainer(
    model,
    optimizer,
    Scheduler(optimizer, clock="tokens", lr=rate),
    loss=functional.cross_entropy,
    mean_over="tokens",  # each letter counts the same, in a short word or a long one
    accumulation=2,
    clip_norm=1.0,
    evaluate_every="50ktok",
    monitor="val_long_loss",
    callbacks=[Throughput()],
)
result = trainer.fit(known, unseen, tokens=GOAL)
speed = result.history[-1]["tokens_per_second"]
print(f"{result.tokens:,} letters, {speed:,.0f} per second, padding not counted\n")
print("updates   perplexity of short words   of long words")
for row in result.evaluations:
    short, long = (math.exp(row[f"val_{name}_loss"]) for name in unseen)
    print(f"{row['update'] + 1:7}   {short:25.2f}   {long:13.2f}")
if math.exp(result.best.value) > 0.25 * len(LETTERS):
    raise SystemExit("it has not learned to spell")
