"""Every format of a configuration, those with the clearest marks first."""

from lehr.importing.configs import composer, detectron, named, timm
from lehr.importing.configs.base import Format
from lehr.importing.configs.flags import FAIRSEQ, MEGATRON, TRANSFORMERS
from lehr.importing.configs.listed import KERAS, MMENGINE, NEMO
from lehr.importing.configs.sectioned import DEEPSPEED, NANOTRON, OLMO, TORCHTITAN

FORMATS: tuple[Format, ...] = (
    OLMO,
    KERAS,
    NANOTRON,
    MMENGINE,
    NEMO,
    detectron.FORMAT,
    TRANSFORMERS,
    FAIRSEQ,
    timm.FORMAT,
    composer.FORMAT,
    DEEPSPEED,
    TORCHTITAN,
    MEGATRON,
    named.FORMAT,
)
