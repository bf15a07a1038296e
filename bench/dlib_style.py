"""Photos/s in the style of the face_recognition package; runs in an environment of its own.

Full resolution, HOG detector, five landmarks, ResNet descriptor, one process: what
``face_locations`` and ``face_encodings(model="small")`` do. Needs ``dlib-bin``,
``face-recognition-models``, ``numpy`` and ``pillow``; prints JSON.

    python bench/dlib_style.py FOLDER
"""

import importlib.util
import json
import sys
import time
from pathlib import Path

import dlib  # type: ignore[import-not-found,unused-ignore]
import numpy as np
from PIL import Image


def main(folder: Path) -> None:
    """Time each photo in the folder; print what that took, by the clock and the processors."""
    spec = importlib.util.find_spec("face_recognition_models")
    if spec is None or spec.origin is None:
        raise SystemExit("install face-recognition-models in this environment")
    models = Path(spec.origin).parent / "models"
    detect = dlib.get_frontal_face_detector()
    shape = dlib.shape_predictor(str(models / "shape_predictor_5_face_landmarks.dat"))
    describe = dlib.face_recognition_model_v1(
        str(models / "dlib_face_recognition_resnet_model_v1.dat")
    )
    photos, faces = sorted(folder.glob("*.jpg")), 0
    start, worked = time.perf_counter(), time.process_time()
    for photo in photos:
        pixels = np.array(Image.open(photo).convert("RGB"))
        for place in detect(pixels, 1):
            describe.compute_face_descriptor(pixels, shape(pixels, place), 1)
            faces += 1
    found = {
        "photos": len(photos),
        "faces": faces,
        "seconds": time.perf_counter() - start,
        "processor": time.process_time() - worked,
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
