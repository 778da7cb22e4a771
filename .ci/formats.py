"""What the owners' libraries read of every export, compared pixel by pixel and label by label.

`python .ci/formats.py write DIR` (the project's environment) writes some hard photos in every format;
`python .ci/formats.py read DIR` (an environment with the owners' libraries, see `make test-formats`) reads them back,
compares, and writes DIR/read.json. A library that is not installed is named as skipped."""
import base64
import importlib.metadata
import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

WORDS = ['a "quoted" \'word\'', "one, two; three", "café 🐈", "=1+1", "<script>alert(1)</script>", "x" * 300, "a & b"]
SIZE = (24, 32)  # px, H and W of the photos


def masks_of_cases():
    "Photo -> (words, masks [K, H, W] bool): a partition with a hole and specks, overlapping masks, one segment, words."
    rng, (H, W) = np.random.default_rng(0), SIZE
    y, x = np.mgrid[:H, :W]
    ids = 1 + (x > 14) + 2 * (y > 11)
    ids[np.hypot(y - 12, x - 15) < 7] = 5
    ids[np.hypot(y - 12, x - 15) < 3] = 1
    ids[rng.random(SIZE) < .04] = 2
    partition = ["sky", "lake", "sky", "dock", "water"], np.stack([ids == k for k in range(1, 6)])
    discs = np.stack([np.hypot(y - 12, x - 10) < 9, np.hypot(y - 12, x - 20) < 9, (y > 4) & (y < 20) & (x > 3) & (x < 28)])
    whole = np.ones((1, H, W), bool)
    strips = np.stack([x * len(WORDS) // W == k for k in range(len(WORDS))])
    return {"partition": partition, "overlap": (["cat", "dog", "sofa"], discs), "single": (["sky"], whole),
            "words": (WORDS, strips)}


def rle(mask):
    "A mask as COCO's compressed run lengths."
    from pycocotools import mask as coco
    return coco.encode(np.asfortranarray(mask, np.uint8))["counts"].decode()


def unpacked(counts):
    "The mask of run lengths."
    from pycocotools import mask as coco
    return coco.decode({"size": list(SIZE), "counts": counts.encode()}).astype(bool)


def write(folder):
    "Write the cases in every format, and what they are as cases.json."
    from zero_guidance.exports import FORMATS, export
    from zero_guidance.regions import Segment, mask_to_rle
    from zero_guidance.segmentation import Segmentation
    cases = masks_of_cases()
    results = {}
    for name, (words, masks) in cases.items():
        overlap = masks.sum(0).max() > 1
        label_map = None if overlap else (masks * np.arange(1, len(masks) + 1)[:, None, None]).sum(0).astype(np.int32)
        segments = [Segment(k, label=word, probability=.5 + k / 100, rle=mask_to_rle(mask) if overlap else None)
                    for k, (word, mask) in enumerate(zip(words, masks), 1)]
        results[f"{name}.png"] = Segmentation(SIZE, label_map, segments)
    for name in FORMATS:
        export(results, name, folder / name)
    rows = {name: [dict(label=w, counts=rle(m)) for w, m in zip(words, masks)] for name, (words, masks) in cases.items()}
    (folder / "cases.json").write_text(json.dumps(dict(size=SIZE, photos=rows), indent=1, ensure_ascii=False), "utf-8")


def drawn(rows):
    "What is seen of overlapping masks, the smaller on top: (label, mask) of those that are."
    ids = np.zeros(SIZE, int)
    for k in sorted(range(len(rows)), key=lambda k: -rows[k][1].sum()):
        ids[rows[k][1]] = k + 1
    return [(label, ids == k) for k, (label, _) in enumerate(rows, 1) if (ids == k).any()]


def by_word(rows):
    "One mask for each label."
    return [(label, np.any([m for other, m in rows if other == label], axis=0)) for label in sorted({w for w, _ in rows})]


def placed(files, folder):
    "Copy files to where a reader looks for them: from -> to below a folder; blank photos too."
    from PIL import Image
    for source, to in files.items():
        (folder / to).parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, folder / to, dirs_exist_ok=True) if source.is_dir() else shutil.copy(source, folder / to)
    (folder / "images").mkdir(exist_ok=True)
    for name in ("partition", "overlap", "single", "words"):
        Image.new("RGB", SIZE[::-1]).save(folder / f"images/{name}.png")
    return folder


def datumaro_masks(folder, format):
    "Photo -> (label, mask) as Datumaro reads a folder."
    import datumaro
    data = datumaro.Dataset.import_from(str(folder), format)
    names = data.categories()[datumaro.AnnotationType.label]
    kinds = datumaro.AnnotationType.mask, datumaro.AnnotationType.polygon
    return {item.id: [(names[a.label].name, np.asarray(a.image, bool)) for a in item.annotations if a.type in kinds]
            for item in data}


def read_coco_panoptic(path, temp):
    names = {path / "panoptic.json": "annotations/panoptic_default.json", path / "panoptic": "annotations/panoptic_default"}
    return datumaro_masks(placed(names, temp), "coco_panoptic")


def read_coco(path, temp):
    from pycocotools.coco import COCO
    read = COCO(path / "annotations.json")
    names = {c["id"]: c["name"] for c in read.dataset["categories"]}
    return {Path(image["file_name"]).stem: [(names[a["category_id"]], read.annToMask(a).astype(bool)) for a in read.imgToAnns[id]]
            for id, image in read.imgs.items()}


def read_datumaro_coco(path, temp):
    return datumaro_masks(placed({path / "annotations.json": "annotations/instances_default.json"}, temp), "coco_instances")


def read_labelme(path, temp):
    "As LabelMe loads a file and fills its shapes; shapes of one group are one region."
    import labelme
    placed({path: "images"}, temp)
    found = {}
    for file in sorted((temp / "images").glob("*.json")):
        groups = {}
        for shape in labelme.LabelFile(str(file)).shapes:
            mask = labelme.utils.shape_to_mask(SIZE, shape["points"], shape["shape_type"])
            key = shape["label"], shape["group_id"]
            groups[key] = groups.get(key, False) | mask
        found[file.stem] = [(label, mask) for (label, _), mask in groups.items()]
    return found


def read_cvat(path, temp):
    return datumaro_masks(placed({path / "annotations.xml": "annotations.xml"}, temp), "cvat")


def read_label_studio(path, temp):
    from label_studio_sdk.converter.brush import decode_rle
    found = {}
    for task in json.loads((path / "tasks.json").read_text("utf-8")):
        rows = task["predictions"][0]["result"]
        masks = [np.reshape(decode_rle(row["value"]["rle"]), (*SIZE, 4))[:, :, 3] > 0 for row in rows]
        found[Path(task["data"]["image"]).stem] = [(row["value"]["brushlabels"][0], mask) for row, mask in zip(rows, masks)]
    return found


def read_label_studio_config(path, temp):
    from label_studio_sdk._extensions.label_studio_tools.core.label_config import parse_config
    return [*parse_config((path / "labels.xml").read_text("utf-8"))["label"]["labels"]]


def read_yolo(path, temp):
    "As most training code reads: whole pixels by cutting off, filled by OpenCV."
    import cv2
    import yaml
    names, found = yaml.safe_load((path / "data.yaml").read_text("utf-8"))["names"], {}
    for file in sorted((path / "labels").glob("*.txt")):
        rows = []
        for line in file.read_text().splitlines():
            number, *corners = line.split()
            points = (np.array(corners, np.float32).reshape(-1, 2) * SIZE[::-1]).astype(np.int32)
            rows.append((names[int(number)], cv2.fillPoly(np.zeros(SIZE, np.uint8), [points], 1) > 0))
        found[file.stem] = rows
    return found


def read_voc(path, temp):
    found = datumaro_masks(placed({path: "."}, temp), "voc_segmentation")
    return found


def read_png(path, temp):
    from PIL import Image
    names = dict(line.split("\t") for line in (path / "classes.tsv").read_text("utf-8").splitlines())
    found = {}
    for file in sorted(path.glob("*_labelIds.png")):
        ids = np.asarray(Image.open(file))
        found[file.name.removesuffix("_labelIds.png")] = [(names[str(i)], ids == i) for i in np.unique(ids[ids > 0])]
    return found


def read_hf(path, temp):
    from io import BytesIO
    from PIL import Image
    return {file.stem: [(row["label"], np.asarray(Image.open(BytesIO(base64.b64decode(row["mask"])))) == 255)
                        for row in json.loads(file.read_text("utf-8"))] for file in sorted(path.glob("*.json"))}


def read_supervision(path, temp):
    import supervision
    data = supervision.DetectionDataset.from_coco(
        str(placed({}, temp) / "images"), str(path / "annotations.json"), force_masks=True)
    return {Path(name).stem: [(data.classes[c], m) for c, m in zip(found.class_id, found.mask)] for name, _, found in data}


def read_fiftyone(path, temp):
    "FiftyOne's reading of COCO into its objects; its data sets would need its database."
    from fiftyone.utils.coco import load_coco_detection_annotations
    _, classes, categories, images, annotations = load_coco_detection_annotations(str(path / "annotations.json"))
    found, size = {}, SIZE[::-1]
    for id, image in images.items():
        rows = [row.to_detection(size, classes, categories, load_segmentation=True) for row in annotations[id]]
        masks = [row.to_segmentation(frame_size=size).mask > 0 for row in rows]
        found[Path(image["file_name"]).stem] = [(row.label, mask) for row, mask in zip(rows, masks)]
    return found


def read_geojson(path, temp):
    "Shapely's polygons; a pixel is inside where its middle is."
    import shapely
    y, x = np.mgrid[:SIZE[0], :SIZE[1]] + .5
    found = {}
    for file in sorted(path.glob("*.geojson")):
        rows = []
        for feature in json.loads(file.read_text("utf-8"))["features"]:
            shape = shapely.geometry.shape(feature["geometry"])
            assert shape.is_valid, shapely.is_valid_reason(shape)
            assert shape.area == feature["properties"]["area"]
            rows.append((feature["properties"]["label"], shapely.contains_xy(shape, x, y)))
        found[file.stem] = rows
    return found


def read_csv(path, temp):
    "No masks: the box of each, filled."
    import pandas
    found = {}
    for row in pandas.read_csv(path / "segments.csv").itertuples():
        mask = np.zeros(SIZE, bool)
        mask[row.y:row.y + row.h, row.x:row.x + row.w] = True
        found.setdefault(Path(row.photo).stem, []).append((row.label.removeprefix("'"), mask))
    return found


def boxes(rows):
    "The box of each mask, filled."
    filled = []
    for label, mask in rows:
        (y,), (x,) = mask.any(1).nonzero(), mask.any(0).nonzero()
        box = np.zeros(SIZE, bool)
        box[y[0]:y[-1] + 1, x[0]:x[-1] + 1] = True
        filled.append((label, box))
    return filled


READERS = [  # format, library, reader, what of the cases must come back
    ("coco-panoptic", "datumaro", read_coco_panoptic, drawn), ("coco", "pycocotools", read_coco, list),
    ("coco", "datumaro", read_datumaro_coco, list), ("labelme", "labelme", read_labelme, list),
    ("cvat", "datumaro", read_cvat, list), ("label-studio", "label-studio-sdk", read_label_studio, list),
    ("label-studio", "label-studio-sdk", read_label_studio_config, None),
    ("yolo", "opencv-python-headless", read_yolo, by_word), ("voc", "datumaro", read_voc, lambda rows: by_word(drawn(rows))),
    ("png", "pillow", read_png, lambda rows: by_word(drawn(rows))), ("hf", "pillow", read_hf, list),
    ("supervision", "supervision", read_supervision, list), ("fiftyone", "fiftyone", read_fiftyone, list),
    ("geojson", "shapely", read_geojson, list), ("csv", "pandas", read_csv, boxes)]


def key(row):
    return row[0], row[1].tobytes()


def compare(found, expected, turn):
    "How many regions of how many photos came back; raises where one differs."
    assert sorted(found) == sorted(expected), f"photos {sorted(found)}"
    for name, rows in expected.items():
        here = found[name] if turn is not by_word else by_word(found[name])
        if turn is not None and turn not in (list, boxes, drawn):
            here = by_word(here)
        wanted, got = sorted(map(key, turn(rows))), sorted(map(key, here))
        assert [w for w, _ in wanted] == [w for w, _ in got], f"{name}: labels {[w for w, _ in got]}"
        assert wanted == got, f"{name}: {sum(a != b for a, b in zip(wanted, got))} masks differ"
    return sum(map(len, found.values()))


def read(folder):
    "Read all formats, compare, print a line each, and write read.json; exit 1 where one differs."
    content = json.loads((folder / "cases.json").read_text("utf-8"))
    expected = {name: [(row["label"], unpacked(row["counts"])) for row in rows] for name, rows in content["photos"].items()}
    report, wrong = [], 0
    for name, library, reader, turn in READERS:
        try:
            version = importlib.metadata.version(library)
        except importlib.metadata.PackageNotFoundError:
            print(f"{name}: skipped, {library} is not installed here")
            continue
        with tempfile.TemporaryDirectory() as temp:
            try:
                found = reader(folder / name, Path(temp))
                if turn is None:
                    assert sorted(found) == sorted({label for rows in expected.values() for label, _ in rows}), found
                    regions = len(found)
                else:
                    regions = compare(found, expected, turn)
            except Exception as error:  # one library's trouble must not hide another's
                wrong += 1
                print(f"{name}: {library} {version}: WRONG, {type(error).__name__}: {error}"[:600])
                continue
        print(f"{name}: {library} {version}: {regions} {'labels' if turn is None else 'regions'} the same")
        report.append(dict(format=name, library=library, version=version, same=regions, what="labels" if turn is None else "regions"))
    known = {(row["format"], row["library"], row["what"]): row for row in
             (json.loads((folder / "read.json").read_text("utf-8")) if (folder / "read.json").exists() else [])}
    known |= {(row["format"], row["library"], row["what"]): row for row in report}  # two environments fill one report
    order = [(name, library, "labels" if turn is None else "regions") for name, library, _, turn in READERS]
    (folder / "read.json").write_text(json.dumps([known[at] for at in order if at in known], indent=1) + "\n", "utf-8")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    {"write": write, "read": read}[sys.argv[1]](Path(sys.argv[2]))
