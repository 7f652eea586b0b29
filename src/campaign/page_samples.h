// Sample predictions: the first validation images, their labels, and what rows made of them.
#pragma once

#include "campaign/page_source.h"
#include "report/page.h"
#include "store/run_directory.h"

namespace assay::campaign {

/// Adds samples to the page, and a note for what is left out: images that are no longer there, outputs that
/// were not kept, pictures over the budget. A prediction is shown only where, scored again, it gives the very
/// confusion matrix of the accuracy pass: a changed image, label or output is found out. Nothing here is an
/// error of the page.
void add_samples(const store::RunDirectory& directory, const PageOptions& options,
                 report::PageDirectory& page);

}  // namespace assay::campaign
