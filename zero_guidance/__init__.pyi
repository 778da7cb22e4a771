from .backbones import load_backbones
from .config import Config, ZeroCapConfig
from .core import (
    ConfigError,
    DataError,
    ImageError,
    WeightsError,
    ZeroGuidanceError,
    demo_photo,
    list_images,
    read_image,
)
from .datasets import LabelledSet, load_dataset
from .given_masks import read_masks

from .pipeline import ZeroGuidance
from .predictions import evaluate, read_predictions
from .presets import PRESETS, Preset
from .regions import Segment
from .runs import Run
from .segmentation import Segmentation
from .tree import SegmentTree
from .vocabulary import Vocabulary, load_vocabulary
from .wheels import fetch

__version__: str

__all__ = [
    "PRESETS",
    "Config",
    "ConfigError",
    "DataError",
    "ImageError",
    "LabelledSet",
    "Preset",
    "Run",
    "Segment",
    "SegmentTree",
    "Segmentation",
    "Vocabulary",
    "WeightsError",
    "ZeroCapConfig",
    "ZeroGuidance",
    "ZeroGuidanceError",
    "demo_photo",
    "evaluate",
    "fetch",
    "list_images",
    "load_backbones",
    "load_dataset",
    "load_vocabulary",
    "read_image",
    "read_masks",
    "read_predictions",
]
