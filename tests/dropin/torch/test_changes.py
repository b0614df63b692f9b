"""Parameters that are changed, rates that are edited, subclasses with own rules."""

from collections import Counter

import pytest

from dropin.torch.playing import ours, rates, sgd, theirs


def test_parameters_are_attributes_and_may_be_changed():
    optimizer = sgd(0.1)
    scheduler = ours.MultiStepLR(optimizer, [2, 4, 4], gamma=0.5)
    assert scheduler.milestones == Counter({2: 1, 4: 2})
    for _ in range(2):
        optimizer.step()
        scheduler.step()
    scheduler.gamma = 0.1
    assert scheduler.get_last_lr() == [0.05]
    for _ in range(2):
        optimizer.step()
        scheduler.step()
    assert rates(optimizer) == pytest.approx([0.0005])
    assert optimizer.param_groups[0]["initial_lr"] == 0.1
    assert (scheduler.base_lrs, scheduler.last_epoch) == ([0.1], 4)


def test_base_rates_may_be_edited_in_place():
    optimizer = sgd(0.1)
    scheduler = ours.LambdaLR(optimizer, lambda epoch: 0.5)
    optimizer.step()
    scheduler.step()
    scheduler.base_lrs[0] = 1.0
    scheduler.step()
    assert rates(optimizer) == [0.5]


@pytest.mark.filterwarnings("ignore::lehr.dropin.PastEndWarning")
def test_a_cosine_turns_to_a_base_that_was_edited():
    found = []
    for library in (ours, theirs):
        optimizer = sgd(0.1)
        scheduler = library.CosineAnnealingLR(optimizer, 4, eta_min=0.01)
        for n in range(8):
            optimizer.step()
            scheduler.step()
            if n == 3:
                scheduler.base_lrs[0] = 0.5
        found += rates(optimizer)
    assert found[0] == pytest.approx(found[1]) == pytest.approx(0.5)


def test_updates_that_a_framework_skipped_are_counted_by_swa():
    found = []
    for library in (ours, theirs):
        optimizer = sgd(0.5)
        scheduler = library.SWALR(optimizer, 0.1, 8, "linear")
        for _ in range(3):
            optimizer.step()
            scheduler.step()
            scheduler._step_count += 1
        found += rates(optimizer)
    assert found[0] == found[1]


def test_a_subclass_with_its_own_rule_is_obeyed():
    class Halved(ours.ExponentialLR):
        def get_lr(self):
            return [group["lr"] / 2 for group in self.optimizer.param_groups]

    optimizer = sgd(1.0)
    scheduler = Halved(optimizer, gamma=0.9)
    for _ in range(3):
        optimizer.step()
        scheduler.step()
    assert rates(optimizer) == [0.0625]  # it does not tell construction apart
    assert scheduler.get_last_lr() == [0.0625]


def test_a_subclass_with_its_own_improvement_is_obeyed():
    class Never(ours.ReduceLROnPlateau):
        def _is_better(self, a, best):
            return False

    optimizer = sgd(1.0)
    scheduler = Never(optimizer, patience=0)
    scheduler.step(1.0)
    assert rates(optimizer) == [0.1]


def test_a_subclass_with_its_own_closed_form_is_obeyed():
    class Fixed(ours.StepLR):
        def _get_closed_form_lr(self):
            return [0.7 for _ in self.base_lrs]

    optimizer = sgd(1.0)
    scheduler = Fixed(optimizer, 3)
    optimizer.step()
    with pytest.warns(UserWarning, match="epoch parameter"):
        scheduler.step(5)
    assert rates(optimizer) == scheduler.get_last_lr() == [0.7]


def test_a_subclass_of_restarts_is_obeyed():
    class Halved(ours.CosineAnnealingWarmRestarts):
        def get_lr(self):
            return [rate / 2 for rate in super().get_lr()]

    scheduler = Halved(sgd(1.0), T_0=2)
    scheduler.step()
    assert scheduler.get_last_lr() == pytest.approx([0.25])


def test_whole_numbers_and_others_may_be_rates():
    for rate in (1, True):
        optimizer = sgd(rate, rate)
        scheduler = ours.StepLR(optimizer, 2, gamma=0.5)
        for _ in range(4):
            optimizer.step()
            scheduler.step()
        assert rates(optimizer) == [0.25, 0.25]


def test_equal_rates_that_part_and_meet_again_are_each_gone_on_from():
    found = []
    for library in (ours, theirs):
        optimizer = sgd(0.5, 0.5, 0.5)
        scheduler = library.ExponentialLR(optimizer, 0.5)
        seen = []
        for n in range(8):
            optimizer.step()
            scheduler.step()
            if n == 2:
                optimizer.param_groups[1]["lr"] = 3.0
            if n == 5:
                optimizer.param_groups[1]["lr"] = optimizer.param_groups[0]["lr"]
            seen += scheduler.get_last_lr()
        found.append(seen)
    assert found[0] == found[1]


def test_another_optimizer_can_be_given_to_a_scheduler():
    scheduler = ours.ExponentialLR(sgd(0.5), 0.5)
    scheduler.optimizer.step()
    scheduler.step()
    scheduler.optimizer = other = sgd(0.25)
    scheduler.step()
    assert rates(other) == [0.125]
