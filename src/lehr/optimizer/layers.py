"""The depth of each parameter, as the bindings tell it."""

from lehr.bindings.torch.groups.layers import depths as depths
from lehr.bindings.torch.groups.layers import find_lists as find_lists
from lehr.bindings.torch.groups.layers import known_lists as known_lists
from lehr.bindings.torch.groups.layers import match_lists as match_lists
