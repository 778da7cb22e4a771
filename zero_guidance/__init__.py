"""Give it a photo; it cuts the picture into regions and names every one in plain words.

    from zero_guidance import ZeroGuidance
    zg = ZeroGuidance.from_preset("lite")
    seg = zg("photo.jpg")        # a Segmentation: path, PIL image, array or bytes
    seg.show()                   # the photo with its regions and their names
    seg.to_pandas()              # one row a region
    seg.save("out/photo")        # masks, words, embeddings
    zg.name_masks(photo, masks)  # names for masks that another system made
    Run("run")                   # what `zero_guidance run` found in a library of photos

The names below are loaded on first use, so that importing the package costs no torch; `__init__.pyi` lists them for
editors and type checkers. All else lives in its module: `zero_guidance.segmentation`, `zero_guidance.evaluation`, ..."""

__version__ = "0.2.0"

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
