// Figures that rest on what the target catalogue says of a device, besides what was measured. Pure.
#pragma once

#include "record/evidence.h"
#include "record/results.h"

namespace assay::metric {

/// Rate that an application needs: cameras x images a second x pixels of an image x networks on each image x
/// operations per pixel of one [white paper].
double required_capacity(double images_per_s, double pixels, double operations_per_pixel, int cameras = 1,
                         int networks = 1);

/// The most that junction and case may have between them: (junction - case) / power [white paper H].
double required_thermal_resistance(double junction_c, double case_c, double watts);

/// Fills Row::target and area_efficiency, cost_efficiency, capacity and thermal_resistance. Needs the row's
/// GOPS, throughput and power. What the catalogue does not say is unmeasured with the reason.
void target_figures(const record::RowEvidence& evidence, record::Row& row);

}  // namespace assay::metric
