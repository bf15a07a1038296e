"""The demonstration: a sandbox that runs the main job on real photos from start to proof."""
