"""Tensors <-> the safetensors format, streamed without a second copy.

The length of the header in 8 bytes, little-endian; the header in JSON; the bytes.
Source: the safetensors format, https://github.com/huggingface/safetensors.
"""

import json
from collections.abc import Iterable, Iterator, Mapping

import torch
from safetensors import SafetensorError
from safetensors import torch as safetensors
from torch import Tensor

Chunk = bytes | memoryview

DTYPES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.float8_e4m3fn: "F8_E4M3",
    torch.float8_e5m2: "F8_E5M2",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.bool: "BOOL",
    torch.complex64: "C64",
}


def chunks_of(tensors: Mapping[str, Tensor]) -> Iterator[Chunk]:
    """Yield the bytes of a safetensors file, tensor by tensor.

    Raises:
        TypeError: a tensor's type or layout has no place in the format.
    """
    require_plain(tensors)
    # Wide types first, so that each tensor begins at a multiple of its item's size.
    names = sorted(tensors, key=lambda name: (-tensors[name].element_size(), name))
    header, offset = {}, 0
    for name in names:
        tensor = tensors[name]
        end = offset + tensor.numel() * tensor.element_size()
        header[name] = {
            "dtype": DTYPES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [offset, end],
        }
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    yield len(text).to_bytes(8, "little") + text
    for name in names:
        yield from _bytes_of(tensors[name])


def require_plain(tensors: Mapping[str, Tensor]) -> None:
    """Refuse tensors that have no place in the format.

    Raises:
        TypeError: as `chunks_of`.
    """
    for name, tensor in tensors.items():
        if tensor.layout is not torch.strided or tensor.dtype not in DTYPES:
            raise TypeError(
                f"tensor {name!r} of type {tensor.dtype}, layout {tensor.layout} "
                "cannot be saved; make it dense, of a plain type"
            )


def all_finite(tensors: Iterable[Tensor]) -> bool:
    """Tell whether no number in the tensors is NaN or infinite, in one pass each."""
    return all(map(_is_finite, tensors))


def _is_finite(tensor: Tensor) -> bool:
    if tensor.is_complex():
        tensor = torch.view_as_real(tensor.detach().resolve_conj())
    if not tensor.is_floating_point() or not tensor.numel():
        return True
    if tensor.element_size() == 1:  # of which torch finds no extremes
        tensor = tensor.float()
    low, high = torch.aminmax(tensor.detach())  # NaN if there is one
    return bool(torch.isfinite(low) & torch.isfinite(high))


def _bytes_of(tensor: Tensor) -> Iterator[Chunk]:
    flat = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous()
    if flat.numel():
        # A view of its memory, which lives as long as the view.
        yield flat.reshape(-1).view(torch.uint8).numpy().data


def tensors_from(data: bytes) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file.

    Raises:
        ValueError: the bytes are not such a file.
    """
    try:
        return dict(safetensors.load(data))
    except SafetensorError as error:
        raise ValueError(f"not a safetensors file: {error}") from None
