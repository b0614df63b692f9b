"""Train a tiny transformer to know the Zen of Python by heart, letter by letter.

Its loss begins at that of a guess and ends far below the entropy of the letters by
themselves, which is the best that a model without memory can do. Then it recites.
"""

import codecs
import contextlib
import io
import math
from collections import Counter

import torch
from torch import Tensor, nn
from torch.nn import functional

from lehr import warmup_cosine
from lehr.bindings.torch import Scheduler
from lehr.training import BaseTrainer, TimeLimit
from lehr.training.data import Loader

with contextlib.redirect_stdout(io.StringIO()):
    import this  # prints the text

TEXT = codecs.decode(this.s, "rot13")
LETTERS = sorted(set(TEXT))
CONTEXT, WIDTH, HEADS, LAYERS = 32, 64, 4, 2
UPDATES = 250


class Block(nn.Module):
    """Attention to what came before, then a layer for each place by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.before, self.between = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.ask, self.answer = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.think = nn.Sequential(
            nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Linear(2 * WIDTH, WIDTH)
        )

    def forward(self, hidden: Tensor) -> Tensor:
        """Hidden states, shape (batch, places, WIDTH)."""
        parts = self.ask(self.before(hidden)).chunk(3, -1)
        query, key, value = (
            p.unflatten(-1, (HEADS, -1)).transpose(1, 2) for p in parts
        )
        seen = functional.scaled_dot_product_attention(
            query, key, value, is_causal=True
        )
        hidden = hidden + self.answer(seen.transpose(1, 2).flatten(2))
        return hidden + self.think(self.between(hidden))


class TinyGpt(nn.Module):
    """From letters to scores of the next letter, at each place."""

    def __init__(self) -> None:
        super().__init__()
        self.letter = nn.Embedding(len(LETTERS), WIDTH)
        self.place = nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.Sequential(*(Block() for _ in range(LAYERS)))
        self.head = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, len(LETTERS)))

    def forward(self, text: Tensor) -> Tensor:
        """Scores, shape (batch, places, letters)."""
        places = torch.arange(text.shape[1], device=text.device)
        return self.head(self.blocks(self.letter(text) + self.place(places)))


numbers = torch.tensor([LETTERS.index(letter) for letter in TEXT])
windows = numbers.unfold(0, CONTEXT + 1, 1)  # each place of the text begins one
loader = Loader((windows[:, :-1], windows[:, 1:]), batch_size=32)
shares = [count / len(TEXT) for count in Counter(TEXT).values()]
entropy = -sum(share * math.log(share) for share in shares)

torch.set_num_threads(1)  # for so small a network, more only wait for each other
torch.manual_seed(0)
model = TinyGpt()
optimizer = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.95))
trainer = BaseTrainer(
    model,
    optimizer,
    Scheduler(optimizer, lr=warmup_cosine(1e-2, warmup=20, total=UPDATES)),
    callbacks=[TimeLimit("5m")],
    clip_norm=1.0,
)
result = trainer.fit(loader, updates=UPDATES)
print("updates   loss, in nats per letter")
for row in result.history:
    print(f"{row['updates']:7}   {row['train_loss']:.3f}")
last = result.column("train_loss")[-1]
guess = math.log(len(LETTERS))
print(f"\na guess {guess:.3f}, letters alone {entropy:.3f}, now {last:.3f}")
if last > 0.1 * entropy:
    raise SystemExit("it has not learned the text")

model.eval()
said = "Simple is better than"
with torch.no_grad():
    for _ in range(80):
        known = torch.tensor([[LETTERS.index(letter) for letter in said[-CONTEXT:]]])
        said += LETTERS[int(model(known)[0, -1].argmax())]
print(f"\n{said}")
if "Simple is better than complex.\nComplex is better than" not in said:
    raise SystemExit("it does not know how the text goes on")
