// assay-worker: loads one plugin and does one pass, as its supervisor commands. Not meant to be started by
// hand.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "engine/worker/protocol.h"
#include "engine/worker/worker.h"

int main() {
  struct stat status {};
  if (::fstat(assay::engine::kControlFd, &status) != 0 || !S_ISSOCK(status.st_mode)) {
    std::fprintf(
        stderr,
        "assay-worker is started by assay, which hands it a socket as descriptor %d; run `assay` instead\n",
        assay::engine::kControlFd);
    return 2;
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // A crash must not lose what the vendor's library printed just before.
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const int code = assay::engine::Worker(assay::engine::kControlFd).run();
  std::fflush(nullptr);
  // The static destructors of vendors' libraries crash often enough, and nothing is left for them to do.
  ::_exit(code);
}
