#include "dataset/streets_canvas.h"

namespace assay::dataset::streets {

Canvas::Canvas(int width, int height)
    : width_(width),
      height_(height),
      xs_(static_cast<std::size_t>(width)),
      ys_(static_cast<std::size_t>(height)),
      colours_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height)),
      labels_(colours_.size(), 0) {
  for (int i = 0; i < width; ++i)
    xs_[static_cast<std::size_t>(i)] =
        static_cast<int>((std::int64_t{2} * i + 1) * kDesignWidth / (2 * std::int64_t{width}));
  for (int i = 0; i < height; ++i)
    ys_[static_cast<std::size_t>(i)] =
        static_cast<int>((std::int64_t{2} * i + 1) * kDesignHeight / (2 * std::int64_t{height}));
}

void Canvas::fill3(std::span<const Point3> corners, Rgb colour, int label) {
  std::array<Point, 16> p{};
  std::int64_t depth = 0;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    if (corners[i].z < kNear) return;
    p[i] = {camera.screen_x(corners[i].x, corners[i].z), camera.screen_y(corners[i].y, corners[i].z)};
    depth += corners[i].z;
  }
  fill(std::span(p.data(), corners.size()),
       static_cast<int>(depth / static_cast<std::int64_t>(corners.size())), colour, label);
}

void Canvas::ground_shadow(int x, int z, int rx, int rz, int amount256) {
  std::array<Point, 16> p{};
  for (int i = 0; i < 16; ++i) {
    const int pz = std::max(kNear, z + rz * icos(i * 64) / 4096);
    p[static_cast<std::size_t>(i)] = {camera.screen_x(x + rx * isin(i * 64) / 4096, pz),
                                      camera.screen_y(0, pz)};
  }
  each_in(p, [&](int px, int py) { brighten(px, py, amount256); });
}

void Sprite::poly(std::span<const Point> local, Rgb c, int label) {
  std::array<Point, 16> p{};
  for (std::size_t i = 0; i < local.size(); ++i)
    p[i] = at(static_cast<int>(local[i].x), static_cast<int>(local[i].y));
  canvas_.fill(std::span(p.data(), local.size()), z_, c, label);
}

void Sprite::ellipse(int cx, int cy, int rx, int ry, Rgb c, int label) {
  std::array<Point, 16> p{};
  for (int i = 0; i < 16; ++i)
    p[static_cast<std::size_t>(i)] = at(cx + rx * isin(i * 64) / 4096, cy + ry * icos(i * 64) / 4096);
  canvas_.fill(p, z_, c, label);
}

void Sprite::limb(int x0, int y0, int x1, int y1, int thick, Rgb c, int label) {
  const std::int64_t dx = x1 - x0, dy = y1 - y0;
  std::int64_t len = 1;
  while (len * len < dx * dx + dy * dy) len += 1 + len / 16;
  const int nx = static_cast<int>(-dy * thick / (2 * len)), ny = static_cast<int>(dx * thick / (2 * len));
  const std::array<Point, 4> p{at(x0 + nx, y0 + ny), at(x1 + nx, y1 + ny), at(x1 - nx, y1 - ny),
                               at(x0 - nx, y0 - ny)};
  canvas_.fill(p, z_, c, label);
  ellipse(x0, y0, thick / 2, thick / 2, c, label);
  ellipse(x1, y1, thick / 2, thick / 2, c, label);
}

void Sprite::wheel(int cx, int cy, int r, int rim, Rgb c, int label) {
  const Point centre = at(cx, cy), edge = at(cx + r, cy), top = at(cx, cy + r);
  const std::int64_t rx =
      std::max<std::int64_t>(1, edge.x > centre.x ? edge.x - centre.x : centre.x - edge.x);
  const std::int64_t ry = std::max<std::int64_t>(1, centre.y - top.y);
  const std::array<Point, 4> box{Point{centre.x - rx, centre.y - ry}, Point{centre.x + rx, centre.y - ry},
                                 Point{centre.x + rx, centre.y + ry}, Point{centre.x - rx, centre.y + ry}};
  const std::int64_t inner = std::int64_t{1024} * (r - rim) / r;
  canvas_.polygon(box, z_, [&](std::int64_t x, std::int64_t y) {
    const std::int64_t ex = (x - centre.x) * 1024 / rx, ey = (y - centre.y) * 1024 / ry,
                       d = ex * ex + ey * ey;
    if (d > 1024 * 1024) return Texel{};
    const bool spoke = (ex > -60 && ex < 60) || (ey > -60 && ey < 60) || d < 160 * 160;
    return Texel{c, label, d > inner * inner || spoke};
  });
}

void Sprite::foliage(int cx, int cy, int rx, int ry, Rgb c, std::uint32_t seed, int density) {
  const Point centre = at(cx, cy), edge = at(cx + rx, cy), top = at(cx, cy + ry);
  const std::int64_t sx =
      std::max<std::int64_t>(1, edge.x > centre.x ? edge.x - centre.x : centre.x - edge.x);
  const std::int64_t sy = std::max<std::int64_t>(1, centre.y - top.y);
  const std::array<Point, 4> box{Point{centre.x - sx, centre.y - sy}, Point{centre.x + sx, centre.y - sy},
                                 Point{centre.x + sx, centre.y + sy}, Point{centre.x - sx, centre.y + sy}};
  const int side = canvas_.light.sun_side;
  const int fine = std::max(24, static_cast<int>(sx / 14)), coarse = std::max(60, static_cast<int>(sx / 4));
  canvas_.polygon(box, z_, [&](std::int64_t x, std::int64_t y) {
    const std::int64_t ex = (x - centre.x) * 256 / sx, ey = (y - centre.y) * 256 / sy;
    const int lump = noise(x, y, coarse, seed), leaf = noise(x, y, fine, seed + 1);
    const std::int64_t d = (ex * ex + ey * ey) / 256 + (lump - 128) / 2 + (leaf - 128) / 4;
    if (d > 190) return Texel{};
    const int shade = 200 + (leaf - 128) * 3 / 4 + (lump - 128) / 3 - static_cast<int>(ey) / 4 +
                      side * static_cast<int>(ex) / 6;
    return Texel{scale(c, std::max(shade, 40)), kVegetation, leaf < density};
  });
}

}  // namespace assay::dataset::streets
