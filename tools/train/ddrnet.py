"""DDRNet-23-slim: a two-branch network for semantic segmentation of street scenes.

Architecture: Hong, Pan, Sun, Jia, "Deep Dual-resolution Networks for Real-time and Accurate
Semantic Segmentation of Road Scenes", arXiv 2101.06085. Written from the paper's tables.

Shapes are [batch, channel, height, width]. "1/8" is one eighth of the input's height and width.
H and W have to be multiples of 64 for the branches to meet without a rounding step; other sizes
work too, because every join resizes to the size of the branch it joins.

`python ddrnet.py` prints the layer list and checks the parameter and MAC counts.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

CLASSES = (
    "road", "sidewalk", "building", "wall", "fence", "pole", "traffic light", "traffic sign",
    "vegetation", "terrain", "sky", "person", "rider", "car", "truck", "bus", "train",
    "motorcycle", "bicycle",
)  # in trainId order: the label PNGs hold these indices, and 255 for "ignore"
IGNORE = 255

# Input normalisation: RGB in 0..1, then (x - MEAN) / STD for each channel.
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)

BN_EPS = 1e-5
BN_MOMENTUM = 0.1

PARAMETERS = 5_695_987  # without the auxiliary head


def conv(cin: int, cout: int, kernel: int, stride: int = 1, bias: bool = False) -> nn.Conv2d:
    """A convolution that keeps the size (divided by the stride, rounded up)."""
    return nn.Conv2d(cin, cout, kernel, stride, kernel // 2, bias=bias)


def norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=BN_EPS, momentum=BN_MOMENTUM)


def conv_bn(cin: int, cout: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """Convolution (index 0) and batch normalisation (index 1), no activation."""
    return nn.Sequential(conv(cin, cout, kernel, stride), norm(cout))


def resize(x: torch.Tensor, size) -> torch.Tensor:
    """Bilinear resize of [N,C,h,w] to [N,C,*size], pixel centres at half integers."""
    return F.interpolate(x, size=tuple(size), mode="bilinear", align_corners=False)


class Basic(nn.Module):
    """Residual block of two 3x3 convolutions; `relu_out=False` leaves the sum unclipped."""

    def __init__(self, cin: int, cout: int, stride: int = 1, relu_out: bool = True):
        super().__init__()
        self.conv1 = conv(cin, cout, 3, stride)
        self.bn1 = norm(cout)
        self.conv2 = conv(cout, cout, 3)
        self.bn2 = norm(cout)
        self.down = conv_bn(cin, cout, 1, stride) if stride != 1 or cin != cout else None
        self.relu_out = relu_out

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y = y + (x if self.down is None else self.down(x))
        return F.relu(y) if self.relu_out else y


class Bottleneck(nn.Module):
    """Residual block 1x1, 3x3, 1x1 that ends with twice `mid` channels and no ReLU."""

    def __init__(self, cin: int, mid: int, stride: int = 1):
        super().__init__()
        self.conv1 = conv(cin, mid, 1)
        self.bn1 = norm(mid)
        self.conv2 = conv(mid, mid, 3, stride)
        self.bn2 = norm(mid)
        self.conv3 = conv(mid, 2 * mid, 1)
        self.bn3 = norm(2 * mid)
        self.down = conv_bn(cin, 2 * mid, 1, stride)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        return self.bn3(self.conv3(y)) + self.down(x)


def stage(cin: int, cout: int, stride: int = 1) -> nn.Sequential:
    """Two basic blocks. The second ends without a ReLU: the reader of a stage applies it."""
    return nn.Sequential(Basic(cin, cout, stride), Basic(cout, cout, relu_out=False))


class BnReluConv(nn.Module):
    """Pre-activation: batch normalisation, ReLU, convolution."""

    def __init__(self, cin: int, cout: int, kernel: int):
        super().__init__()
        self.bn = norm(cin)
        self.conv = conv(cin, cout, kernel)

    def forward(self, x):
        return self.conv(F.relu(self.bn(x)))


class Dappm(nn.Module):
    """Deep aggregation pyramid pooling: context at five scales from the 1/64 map.

    [N,cin,h,w] -> [N,cout,h,w]. Averages count the zero padding (count_include_pad).
    """

    POOLS = ((5, 2), (9, 4), (17, 8))  # kernel, stride; padding is kernel // 2

    def __init__(self, cin: int, mid: int, cout: int):
        super().__init__()
        self.scale = nn.ModuleList(BnReluConv(cin, mid, 1) for _ in range(5))
        self.process = nn.ModuleList(BnReluConv(mid, mid, 3) for _ in range(4))
        self.compress = BnReluConv(5 * mid, cout, 1)
        self.shortcut = BnReluConv(cin, cout, 1)

    def forward(self, x):
        size = x.shape[-2:]
        pooled = [F.avg_pool2d(x, k, s, k // 2) for k, s in self.POOLS]
        pooled.append(F.adaptive_avg_pool2d(x, 1))
        ys = [self.scale[0](x)]
        for scale, process, p in zip(self.scale[1:], self.process, pooled):
            # each scale is added to the finer one before its own 3x3 convolution
            ys.append(process(resize(scale(p), size) + ys[-1]))
        return self.compress(torch.cat(ys, 1)) + self.shortcut(x)


class Head(nn.Module):
    """BN, ReLU, 3x3, BN, ReLU, 1x1 with bias: [N,cin,h,w] -> logits [N,classes,h,w]."""

    def __init__(self, cin: int, mid: int, classes: int):
        super().__init__()
        self.bn1 = norm(cin)
        self.conv1 = conv(cin, mid, 3)
        self.bn2 = norm(mid)
        self.conv2 = conv(mid, classes, 1, bias=True)

    def forward(self, x):
        return self.conv2(F.relu(self.bn2(self.conv1(F.relu(self.bn1(x))))))


class DDRNet23Slim(nn.Module):
    """Normalised RGB [N,3,H,W] -> logits [N,19,H/8,W/8].

    With `aux=True` the network also owns a head on the 1/8 branch before the second join; in
    training mode it then returns (logits, aux logits). Inference never needs that head.
    """

    def __init__(self, classes: int = len(CLASSES), aux: bool = False):
        super().__init__()
        # Stem: two 3x3 stride-2 convolutions, with bias in front of the batch normalisation.
        self.stem = nn.Sequential(
            conv(3, 32, 3, 2, bias=True), norm(32), nn.ReLU(),
            conv(32, 32, 3, 2, bias=True), norm(32), nn.ReLU(),
        )
        self.layer1 = stage(32, 32)        # 1/4
        self.layer2 = stage(32, 64, 2)     # 1/8, where the branches part
        self.layer3 = stage(64, 128, 2)    # 1/16, low resolution
        self.layer4 = stage(128, 256, 2)   # 1/32
        self.layer5 = nn.Sequential(Bottleneck(256, 256, 2))  # 1/64, 512 channels
        self.high3 = stage(64, 64)         # 1/8, high resolution
        self.high4 = stage(64, 64)
        self.high5 = nn.Sequential(Bottleneck(64, 64))        # 128 channels
        self.compress3 = conv_bn(128, 64, 1)    # low to high
        self.compress4 = conv_bn(256, 64, 1)
        self.down3 = conv_bn(64, 128, 3, 2)     # high to low
        self.down4 = nn.Sequential(conv_bn(64, 128, 3, 2), nn.ReLU(), conv_bn(128, 256, 3, 2))
        self.spp = Dappm(512, 128, 128)
        self.head = Head(128, 64, classes)
        self.aux = Head(64, 64, classes) if aux else None
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        x = self.layer1(self.stem(x))
        x = F.relu(self.layer2(F.relu(x)))                 # [N,64,H/8,W/8]
        size = x.shape[-2:]

        low = self.layer3(x)                               # [N,128,H/16,W/16]
        high = self.high3(x)                               # [N,64,H/8,W/8]
        low, high = (low + self.down3(F.relu(high)),
                     high + resize(self.compress3(F.relu(low)), size))
        early = high

        low = self.layer4(F.relu(low))                     # [N,256,H/32,W/32]
        high = self.high4(F.relu(high))
        low, high = (low + self.down4(F.relu(high)),
                     high + resize(self.compress4(F.relu(low)), size))

        high = self.high5(F.relu(high))                    # [N,128,H/8,W/8]
        low = self.spp(self.layer5(F.relu(low)))           # [N,128,H/64,W/64]
        logits = self.head(high + resize(low, size))
        if self.aux is not None and self.training:
            return logits, self.aux(early)
        return logits


def inference_state(model: nn.Module) -> dict[str, torch.Tensor]:
    """The state dict without the auxiliary head and batch counters, in layer order, fp32."""
    return {k: v.detach().float().contiguous().cpu() for k, v in model.state_dict().items()
            if not k.startswith("aux.") and not k.endswith("num_batches_tracked")}


def count_macs(model: nn.Module, height: int, width: int) -> int:
    """Multiply-accumulates of all convolutions for one [1,3,height,width] input."""
    total = 0

    def add(m, _, y):
        nonlocal total
        total += y[0].numel() * m.weight[0].numel()

    hooks = [m.register_forward_hook(add) for m in model.modules() if isinstance(m, nn.Conv2d)]
    training = model.training
    model.eval()
    with torch.no_grad():
        model(torch.zeros(1, 3, height, width))
    model.train(training)
    for h in hooks:
        h.remove()
    return total


def build(aux: bool = False) -> DDRNet23Slim:
    """The network, with its parameter count checked against the published architecture."""
    model = DDRNet23Slim(aux=aux)
    n = sum(p.numel() for k, p in model.named_parameters() if not k.startswith("aux."))
    assert n == PARAMETERS, f"{n} parameters, expected {PARAMETERS}"
    return model


if __name__ == "__main__":
    net = build()
    for name, tensor in inference_state(net).items():
        print(f"{name:40s} {list(tensor.shape)}")
    macs = count_macs(net, 1024, 2048)
    print(f"{PARAMETERS} parameters, {macs / 1e9:.2f} GMAC at 1024x2048")
    assert round(macs / 1e9, 2) == 36.28
