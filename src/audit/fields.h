// From a grid of cells to entries: which way it lies, what its columns hold, what its cells say.
#pragma once

#include "audit/grid.h"
#include "audit/stated_batch.h"
#include "audit/table.h"

namespace assay::audit {

/// Reads a grid as one table, whichever way it lies. Columns that are not understood and cells that cannot be
/// read are told in `notes` and absent from the entries. Entries without any number, and those that sum up or
/// compare others, are left out. A table without a quantity has no entries.
Table read_grid(const Grid& grid);

/// Gives all entries the batch that words beside the table state, unless the table states one itself. `from`:
/// where they stand, for the notes and for findings: "the caption".
void state_batch(Table& table, const StatedBatch& stated, const std::string& from, int line);

}  // namespace assay::audit
