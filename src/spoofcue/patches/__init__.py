"""Face crop to network input: patches, resizing, augmentation; numpy and OpenCV only."""
