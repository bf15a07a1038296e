"""A website whose control was proved, read politely and within the proved place only."""
