"""Deals batches by workers that stay, in one go and resumed; says if they are same."""

import itertools

import torch
from torch.utils.data import DataLoader, TensorDataset

from lehr.training.feed import Feed


def loader():
    x = torch.arange(32.0)
    options = {"num_workers": 1, "persistent_workers": True, "shuffle": True}
    return DataLoader(TensorDataset(x), batch_size=8, **options)


def dealt(feed, first, number):
    found = []
    for epoch in range(first, 4):
        for window in feed.windows(epoch):
            found.append(window[0][0].tolist())
            if len(found) == number:
                return found
        feed.next_epoch()
    return found


def resumed(windows, again):
    """Deal 12 windows, and go on after `windows` in another feed."""
    torch.manual_seed(1)
    data = loader()
    feed = Feed(data)
    before = dealt(feed, 0, windows)
    state, random = feed.state_dict(), torch.get_rng_state()
    torch.manual_seed(2)
    other = Feed(data if again else loader(), state=state)
    torch.set_rng_state(random)
    return before + dealt(other, windows // 4, 12 - windows)


if __name__ == "__main__":
    torch.manual_seed(1)
    straight = dealt(Feed(loader()), 0, 12)
    for windows, again in itertools.product((2, 7), (True, False)):
        print("same" if resumed(windows, again) == straight else "different")
