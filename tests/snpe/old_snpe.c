/* A libSNPE.so of another age: it has one function of the C API that the plugin uses, and lacks the others.
 */
void* Snpe_Util_GetLibraryVersion(void) { return 0; }
