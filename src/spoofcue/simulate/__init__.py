"""Rendered identities and their recapture: a face photo set that needs no photo of a person.

identity + frame -> face/ (scene radiance) -> media (print, display) -> camera -> JPEG. All images
are RGB; radiance is linear light, float32, 1.0 = a white diffuse surface in full light.
"""
