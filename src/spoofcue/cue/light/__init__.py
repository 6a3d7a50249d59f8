"""Light networks beside the paper's: MobileNetV2, separable and linear decoders, distillation."""
