"""What is around the face in a wide frame: room, figures, hands, things, and the whole medium.

`staging` draws a scene, `view` renders it; the rest are the parts that it is made of.
"""
