"""Torch's optimizers, built before there is a model, with a rate that can be set."""

from typing import Any, ClassVar

from torch import optim

from lehr.training.unbound import Optimizer

__all__ = ["SGD", "Adagrad", "Adam", "AdamW", "RMSprop"]


class SGD(Optimizer):
    """Stochastic gradient descent: `torch.optim.SGD`, without parameters yet.

    Args:
        learning_rate: >= 0.
        momentum: >= 0.
        weight_decay: >= 0.
        nesterov: with the gradient of where the momentum leads; needs `momentum`.
        **options: torch's others: dampening, maximize, foreach, fused, differentiable.

    Raises:
        ValueError: torch refuses an argument.

    >>> from lehr.training import StepLR
    >>> optimizer = SGD(learning_rate=0.1, momentum=0.9)
    >>> scheduler = StepLR(base_lr=0.1, step_size=30, gamma=0.5)
    >>> for epoch in range(100):
    ...     optimizer.set_lr(scheduler.get_lr(epoch))
    >>> optimizer.get_lr()
    0.0125
    >>> from torch import nn
    >>> _ = optimizer.bind(nn.Linear(2, 1))
    >>> [group["lr"] for group in optimizer.param_groups]
    [0.0125]
    """

    kind = optim.SGD

    def __init__(
        self,
        learning_rate: float = 0.1,
        *,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(
            learning_rate,
            momentum=momentum,
            weight_decay=weight_decay,
            nesterov=nesterov,
            **options,
        )


class Adam(Optimizer):
    """`torch.optim.Adam`, without parameters yet; its weight decay is an L2 penalty.

    Args:
        learning_rate: >= 0.
        betas: of the running means of gradient and square, each in [0, 1).
        eps: added to the denominator, >= 0.
        weight_decay: >= 0.
        **options: torch's others: amsgrad, maximize, capturable, foreach, fused, ...

    Raises:
        ValueError: torch refuses an argument.

    Source: Kingma and Ba, Adam, 2015, arXiv:1412.6980.

    >>> optimizer = Adam(learning_rate=3e-4)
    >>> optimizer.learning_rate
    0.0003
    """

    kind: ClassVar[Any] = optim.Adam

    def __init__(
        self,
        learning_rate: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        **options: Any,
    ) -> None:
        super().__init__(
            learning_rate, betas=betas, eps=eps, weight_decay=weight_decay, **options
        )


class AdamW(Adam):
    """`torch.optim.AdamW`, without parameters yet: Adam with decoupled weight decay.

    An update shrinks the weights by learning_rate * weight_decay.

    Args:
        learning_rate, betas, eps, options: as for `Adam`.
        weight_decay: >= 0.

    Raises:
        ValueError: torch refuses an argument.

    Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019,
        arXiv:1711.05101.

    >>> AdamW().options["weight_decay"]
    0.01
    """

    kind = optim.AdamW

    def __init__(
        self,
        learning_rate: float = 1e-3,
        *,
        weight_decay: float = 0.01,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, weight_decay=weight_decay, **options)


class Adagrad(Optimizer):
    """`torch.optim.Adagrad`, without parameters yet.

    Args:
        learning_rate: >= 0.
        weight_decay: >= 0.
        eps: added to the denominator, >= 0.
        **options: torch's others: lr_decay, initial_accumulator_value, maximize, ...

    Raises:
        ValueError: torch refuses an argument.

    Source: Duchi et al., Adaptive Subgradient Methods, 2011, JMLR 12, 2121-2159.

    >>> Adagrad(0.05, lr_decay=0.5).options["lr_decay"]
    0.5
    """

    kind = optim.Adagrad

    def __init__(
        self,
        learning_rate: float = 1e-2,
        *,
        weight_decay: float = 0.0,
        eps: float = 1e-10,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, weight_decay=weight_decay, eps=eps, **options)


class RMSprop(Optimizer):
    """`torch.optim.RMSprop`, without parameters yet.

    Args:
        learning_rate: >= 0.
        alpha: of the running mean of the square, in [0, 1).
        eps: added to the denominator, >= 0.
        momentum: >= 0.
        weight_decay: >= 0.
        **options: torch's others: centered, maximize, capturable, foreach, ...

    Raises:
        ValueError: torch refuses an argument.

    Source: Tieleman and Hinton, Neural Networks for Machine Learning, 2012, lecture 6e.

    >>> RMSprop(momentum=0.5).options["alpha"]
    0.99
    """

    kind = optim.RMSprop

    def __init__(
        self,
        learning_rate: float = 1e-2,
        *,
        alpha: float = 0.99,
        eps: float = 1e-8,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        **options: Any,
    ) -> None:
        super().__init__(
            learning_rate,
            alpha=alpha,
            eps=eps,
            momentum=momentum,
            weight_decay=weight_decay,
            **options,
        )
