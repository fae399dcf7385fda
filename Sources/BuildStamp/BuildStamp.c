// Swift has no definitions with values, so the values that `make build` passes to the compiler (Package.swift) are texts of this file.
#include "BuildStamp.h"

#define EXPANDED(text) #text
#define TEXT(macro) EXPANDED(macro)

const char *build_version(void) { return "0.1.0"; }

const char *build_commit(void) {
#if defined(LIGHTERMAN_COMMIT)
    return TEXT(LIGHTERMAN_COMMIT);
#else
    return "unknown";
#endif
}

const char *build_stamp(void) {
#if defined(LIGHTERMAN_COMMIT) && defined(LIGHTERMAN_COMMIT_DATE)
    return "commit " TEXT(LIGHTERMAN_COMMIT) ", " TEXT(LIGHTERMAN_COMMIT_DATE);
#else
    return "development build";
#endif
}
