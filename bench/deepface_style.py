"""Photos/s of deepface with the same two models; runs in an environment of its own.

YuNet finds the faces and SFace describes them, from the files that licet uses, put where
deepface looks for its own: nothing is fetched. Needs ``deepface`` and ``tf-keras``; prints JSON.

    DEEPFACE_HOME=PLACE python bench/deepface_style.py FOLDER
"""

import json
import sys
import time
from pathlib import Path

from deepface import DeepFace  # type: ignore[import-not-found,unused-ignore]


def main(folder: Path) -> None:
    """Time each photo in the folder; print what that took, by the clock and the processors."""
    photos, faces = sorted(folder.glob("*.jpg")), 0
    options = {
        "model_name": "SFace",
        "detector_backend": "yunet",
        "enforce_detection": False,
    }
    DeepFace.represent(str(photos[0]), **options)
    start, worked = time.perf_counter(), time.process_time()
    for photo in photos:
        faces += len(DeepFace.represent(str(photo), **options))
    found = {
        "photos": len(photos),
        "faces": faces,
        "seconds": time.perf_counter() - start,
        "processor": time.process_time() - worked,
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
