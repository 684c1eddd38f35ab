"""Laws that hold for every plan and every life, tried on random ones: each from a seed, so that it can be had again."""
