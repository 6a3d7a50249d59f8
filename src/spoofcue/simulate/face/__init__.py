"""A parametric human head in millimetres, shaded in linear light.

Head frame: x to the image's right, y down, z to the viewer; the origin is the point between the
pupils on the bridge of the nose. Layers are painted frontally and posed by one inverse map each.
"""
