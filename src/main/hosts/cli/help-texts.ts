/** What `--help` adds below the list of options. */

export const PROGRAM_HELP = `
Examples:
  acutance deblur clip.mp4 -o sharp.mp4
  acutance deblur clip.mov -o sharp.mov --preset prores --in 0:12 --out 0:18.5
  acutance devices

Exit codes:
  0  done
  1  a defect of Acutance itself
  2  the command line was not understood
  3  the input can't be read or decoded
  4  the output can't be written: it exists, is the input, its folder is missing or locked, or the disk is full
  5  the weights can't be read, are refused, are missing or don't fit the network
  6  the device can't be used, or memory ran out
  7  the computation failed: the engine died, or its output was not a picture
  130  cancelled (Ctrl-C)

Set ACUTANCE_DEBUG=1 to see stack traces and what the native libraries print.
`;

export const SERVE_HELP = `
The application listens on this machine only and lets in only whoever opens the printed address, which holds a key.
The page can open files below the given folders (default: your home folder and the current one). Ctrl-C stops it.

From another machine:
  ssh -L 7517:127.0.0.1:7517 workstation npx acutance serve --no-open --port 7517
and open the printed address over here.

Examples:
  acutance serve
  acutance serve clip.mp4
  acutance serve /mnt/footage --no-open --port 5000
`;

export const DEBLUR_HELP = `
Times count from the clip's first frame:
  12.5  1:02.5  00:01:02.5     seconds, minutes, hours
  150f                         frames
  00:01:02:12                  timecode (with ; before the frames: drop-frame)
The frame at --in is kept, the frame at --out is not.

Presets:
  h264    H.264 for playing everywhere (.mp4, .m4v, .mov, .mkv)
  h265    H.265, smaller, 10 bits kept (.mp4, .m4v, .mov, .mkv)
  prores  ProRes 422 HQ or 4444 for editing (.mov, .mkv)
  ffv1    lossless, in the source's own pixel format (.mkv)

Every frame of the clip comes out with its own time; sound, subtitles, chapters, timecode and colour tags are
carried over. The output appears under its name only when it is complete.

Examples:
  acutance deblur clip.mp4 -o sharp.mp4
  acutance deblur clip.mp4 -o sharp.mp4 --stages 1                  faster
  acutance deblur clip.mp4 -o part.mp4 --in 3 --out 5.5             two and a half seconds of it
  acutance deblur clip.mp4 -o copy.mkv --network none --preset ffv1 the decoded frames, untouched
`;

export const DEVICES_HELP = `
"auto" takes the fastest device that works. A device that can't be used is listed with the reason.
`;

export const WEIGHTS_HELP = `
The file is read without running anything in it. All tensors of the network have to be there and no others: what is
missing, left over or of another shape is listed. Files of a network's parts are put together.

Examples:
  acutance weights import PVDNet_nah.pytorch
  acutance weights import PVDNet.pytorch BIMNet.pytorch
  acutance weights import CDVD_TSP.pt --licence "from github.com/csbhr/CDVD-TSP"
`;

export const INSPECT_HELP = `
What can be looked at:
  flow      optical flow to the previous and the next frame   cdvd-tsp, arvo; pvdnet (previous only)
  mask      where warped neighbours are valid                 cdvd-tsp
  prior     temporal sharpness prior                          cdvd-tsp, erdn
  volume    the 25 candidates of the pixel volume             pvdnet
  offsets   offsets of the last deformable convolution        erdn
  maxima    where the best match in each frame is             arvo
  gradient  gradient map                                      erdn
  stage1    the result of stage 1                             all but pvdnet, with two stages or more

A .png is a picture: flow and maxima in the colours of the Middlebury wheel (right red, down yellow, left cyan, up
violet), gray from 0 to 1, offsets and gradients up to the value that is printed. A .npy has the numbers: frames
concerned x channels x height x width, float32. A folder gets both of everything.

Examples:
  acutance inspect clip.mp4 --at 3.5 --look flow -o flow.png
  acutance inspect clip.mp4 --at 12f --look flow,mask,prior,stage1 -o inside
`;

export const INFER_HELP = `
N frames in, N frames out, at their own size, neither rounded nor clamped.

Example:
  acutance infer --size paper --weights CDVD_TSP.pt --stages 2 --device cpu --input frames.npy --output out.npy
`;

export const EVALUATE_HELP = `
PSNR: over R, G and B in [0, 1], per frame. SSIM: Wang et al. 2004, mean of R, G and B. All frames are
rounded to 8 bits before, as written pictures are. Without --network the blurry frames are compared as they are.

--align adds what PVDNet and Su et al. report: 16 pixels cut off on every side, gain and whole-pixel translation taken
out, luma; the means leave out the first frame of every clip.

Each side is a video file, a folder of pictures, a folder of such folders or videos (as in REDS: val_blur, val_sharp), or
the folder of a data set that keeps both sides: CLIP/input and CLIP/GT (DVD), CLIP/blur and CLIP/sharp (GoPro).

Examples:
  acutance evaluate --blurry blurry.mp4 --sharp sharp.mp4 --network cdvd-tsp --plot scores.svg
  acutance evaluate --blurry DVD --sharp DVD --network pvdnet --align --csv scores.csv
  acutance evaluate --blurry val_blur --sharp val_sharp
`;

export const SYNTHESISE_HELP = `
Consecutive frames are averaged in linear light, as a long exposure would; the middle one is the sharp picture. The
folder holds blur/ and sharp/ with PNG files of the same names, and pairs.json with what was done. It appears when it is
complete.

Examples:
  acutance synthesise --input 1000fps.mp4 -o pairs --average 41 --every 38..44 --width 960    as HFR-DVD was made
  acutance synthesise --input 240fps.mov -o pairs --average 7 --every 8 --transfer gamma22
  acutance evaluate --blurry pairs/blur --sharp pairs/sharp --network cdvd-tsp
`;

export const COMPARE_PUBLISHED_HELP = `
Known checkouts: CDVD-TSP (github.com/csbhr/CDVD-TSP), ERDN (github.com/TencentCloud/ERDN) and PVDNet
(github.com/codeslake/PVDNet). Their code runs in a Python process of its own, on the CPU, with stand-ins for the parts
that need CUDA; nothing in the checkout is changed. The Python needs PyTorch, NumPy, and torchvision for ERDN.

The test clip is made for the comparison. It has 3 frames or more, because the networks look around a frame; its width and
height are multiples of 8, because the published code rejects or crops others, and for PVDNet 64 or more, because its code
divides by zero below. Printed are the largest difference of the results and both times without loading: of the median
frame, which is one in the middle of a clip of eight or more, and of the whole clip per frame, with its ends.

Examples:
  acutance compare-published ~/CDVD-TSP --weights CDVD_TSP_DVD_Convergent.pt
  acutance compare-published ~/ERDN --stages 1 --python ~/venv/bin/python
  acutance compare-published ~/PVDNet --size large --frames 6
`;
