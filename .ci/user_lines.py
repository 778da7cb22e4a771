"What a user writes: every name and method below is known to mypy --strict."
import numpy as np

from zero_guidance import Config, Segment, Segmentation, SegmentTree, ZeroGuidance, demo_photo, load_dataset, read_image

zg: ZeroGuidance = ZeroGuidance.from_preset("lite", device="cpu", n=12)
config: Config = Config.lite().replace(n=8, tau=0.7)
photo = read_image(demo_photo())
seg: Segmentation = zg(photo)
first: Segment = seg[seg.segments[0].id]
label: str = first.label
score: float = first.score
words: list[str] = [word for word, _ in first.alternatives]
pixels: int = int(first.mask.sum())
fewer: Segmentation = seg.cut(n=4, tau=0.6)
tree: SegmentTree | None = fewer.tree
folder = seg.save("out/photo")
again: Segmentation = Segmentation.load(folder)
masks = np.stack([s.mask for s in again])
named: Segmentation = zg.name_masks(photo, masks)
vectors: np.ndarray = zg.embed_masks(photo, masks) @ zg.embed_texts(["a brick wall", "sky"]).T
labelled = load_dataset("folder", "photos_with_labels")
print(label, score, words, pixels, len(named), vectors.shape, labelled.name, config.clusters.n, tree and tree.n_leaves)
