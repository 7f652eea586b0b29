// What lens and sensor do to a picture: hood of the own car, blur, vignette, exposure, colour cast, noise.
#include "dataset/streets_world.h"

namespace assay::dataset::streets {
namespace {

struct Grade {
  int gain_r, gain_g, gain_b, lift, gamma, vignette, noise, blur;
};

void draw_hood(Canvas& canvas, Rng& rng) {
  const int rise = rng.range(120, 380), middle = kDesignWidth / 2 + rng.range(-300, 300);
  const Rgb c = any_paint(rng);
  std::array<Point, 15> p{};
  for (int i = 0; i < 13; ++i) {
    const int dx = (i - 6) * 720;
    p[static_cast<std::size_t>(i)] = {middle + dx,
                                      kDesignHeight - rise + rise * (dx / 16) * (dx / 16) / (270 * 270)};
  }
  p[13] = {middle + 5200, kDesignHeight + 400};
  p[14] = {middle - 5200, kDesignHeight + 400};
  canvas.polygon(p, 0, [&](std::int64_t, std::int64_t y) {
    return Texel{scale(c, static_cast<int>(320 - (y - kDesignHeight + rise) / 3)), kEgo};
  });
}

/// Streaks of rain: short bright slanted lines, fixed in design coordinates.
void draw_rain(Canvas& canvas, Rng& rng, int amount) {
  for (int i = 0; i < amount; ++i) {
    const int x = rng.range(0, kDesignWidth), y = rng.range(0, kDesignHeight), len = rng.range(60, 260);
    const std::array<Point, 4> p{Point{x, y}, Point{x + 18, y}, Point{x + 18 - len / 6, y + len},
                                 Point{x - len / 6, y + len}};
    canvas.each_in(p, [&](int px, int py) { canvas.brighten(px, py, 300); });
  }
}

/// Horizontal then vertical 1-2-1 blur with the given centre weight, in place.
void blur_line(Rgb* at, std::ptrdiff_t step, int count, int side) {
  if (count < 2) return;
  Rgb before = at[0];
  for (int i = 0; i < count; ++i) {
    const Rgb here = at[i * step], after = at[std::min(i + 1, count - 1) * step];
    const auto mix = [&](int a, int b, int c) { return (a * side + b * (256 - 2 * side) + c * side) / 256; };
    at[i * step] = {mix(before.r, here.r, after.r), mix(before.g, here.g, after.g),
                    mix(before.b, here.b, after.b)};
    before = here;
  }
}

}  // namespace

void finish_picture(Canvas& canvas, Rng rng, std::uint64_t noise_seed, StreetScene& scene) {
  if (rng.chance(35)) draw_hood(canvas, rng);
  if (canvas.light.wet && rng.chance(60)) draw_rain(canvas, rng, rng.range(50, 300));
  const int exposure = rng.range(170, 300);
  const Grade g{exposure * rng.range(215, 300) / 256,
                exposure,
                exposure * rng.range(210, 300) / 256,
                rng.range(-5, 28),
                rng.range(-60, 60),
                rng.range(0, 90),
                rng.range(2, 13),
                rng.range(20, 64)};
  const int w = canvas.width(), h = canvas.height();
  Rgb* const pixels = canvas.colours().data();
  for (int y = 0; y < h; ++y) blur_line(pixels + std::ptrdiff_t{y} * w, 1, w, g.blur);
  for (int x = 0; x < w; ++x) blur_line(pixels + x, w, h, g.blur);
  // Tone curve: a table per channel from 10-bit linear to 8-bit, bent by gamma.
  const auto tone = [&](int v, int gain) {
    const int lit = clamp_int(v * gain / 256 + g.lift, 0, 255);
    return lit + lit * (255 - lit) / 255 * g.gamma / 128;
  };
  scene.rgb.resize(static_cast<std::size_t>(w) * static_cast<std::size_t>(h) * 3);
  std::uint8_t* out = scene.rgb.data();
  const auto seed = static_cast<std::uint32_t>(noise_seed);
  for (int y = 0; y < h; ++y) {
    const std::int64_t dy = (canvas.design_y(y) - kDesignHeight / 2) / 8;
    for (int x = 0; x < w; ++x) {
      const Rgb c = pixels[std::ptrdiff_t{y} * w + x];
      const std::int64_t dx = (canvas.design_x(x) - kDesignWidth / 2) / 8;
      const int fall = 256 - static_cast<int>((dx * dx + dy * dy) * g.vignette / (512 * 512 + 256 * 256));
      const std::uint32_t n = hash2(x, y, seed);
      const auto grain = [&](int shift) {
        return (static_cast<int>((n >> shift) & 31U) + static_cast<int>((n >> (shift + 5)) & 31U) - 31) *
               g.noise / 16;
      };
      *out++ = static_cast<std::uint8_t>(clamp_int(tone(c.r, g.gain_r) * fall / 256 + grain(0), 0, 255));
      *out++ = static_cast<std::uint8_t>(clamp_int(tone(c.g, g.gain_g) * fall / 256 + grain(10), 0, 255));
      *out++ = static_cast<std::uint8_t>(clamp_int(tone(c.b, g.gain_b) * fall / 256 + grain(20), 0, 255));
    }
  }
  scene.label_ids = canvas.labels();
}

}  // namespace assay::dataset::streets
