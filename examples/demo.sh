#!/bin/sh
# The whole job in seven commands; `make demo` runs it. A second run goes on where the first stopped.
set -eu
say() { printf '\n== %s\n' "$*"; }

say "The whole job. Training takes $MINUTES min on any processor (make demo MINUTES=N for more or less); \
making faces before it and judging after it take as long as this processor needs."

if [ -n "$PHOTOS" ] && [ -n "$(find "$PHOTOS" -type d -name live)" ]; then
    SET=$PHOTOS
elif [ -n "$PHOTOS" ]; then
    say "1. live images and attacks from the photos in $PHOTOS"
    SET=$DEMO/set
    "$SPOOFCUE" simulate "$PHOTOS" --out "$SET"
else
    say "1. a sample set: $IDENTITIES rendered people, live, printed and replayed"
    SET=$DEMO/set
    "$SPOOFCUE" simulate --identities "$IDENTITIES" --takes 2 --out "$SET"
fi
say "2. find and crop faces"
"$SPOOFCUE" prepare folder "$SET" --out "$DEMO/prepared"
say "3. train a small detector for $MINUTES min (96-px patches, quarter width, no pretrained weights)"
# A network small enough for some hundred steps in 5 minutes of two cores without bf16, and short
# epochs, so that dev judges several of them there. The warm-up is counted in steps and the decay is
# the paper's, so no step's learning rate depends on how fast it was.
if [ ! -f "$DEMO/run/checkpoints/last.ckpt" ]; then
    "$SPOOFCUE" train --data "$DEMO/prepared" --out "$DEMO/run" --preset small \
        --set training.minutes="$MINUTES" --set training.epochs=1000 \
        --set training.images_per_epoch=640 --set optimiser.warmup_steps=20 \
        --set model.width=16 --set input.size=96
else
    "$SPOOFCUE" train --data "$DEMO/prepared" --out "$DEMO/run" --resume \
        --set training.minutes="$MINUTES"
fi
say "4. judge it on people it never saw, at the threshold of the dev people"
"$SPOOFCUE" evaluate "$DEMO/run"
say "5. judge a real photograph (scikit-image's astronaut)"
mkdir -p "$DEMO/photos"
"$PYTHON" -c "import shutil, sys, skimage; from pathlib import Path
shutil.copy(Path(skimage.__file__).parent / 'data' / 'astronaut.png', sys.argv[1])" "$DEMO/photos"
"$SPOOFCUE" predict "$DEMO/photos" --model "$DEMO/run" --cues "$DEMO/cues"
say "6. export to ONNX, which needs no torch"
"$SPOOFCUE" export "$DEMO/run" --out "$DEMO/detector.onnx"
say "7. the report"
"$SPOOFCUE" report "$DEMO/run"
