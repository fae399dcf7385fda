#ifndef BUILD_STAMP_H
#define BUILD_STAMP_H

/// The version of this package.
const char *build_version(void);

/// The commit of the build, or `unknown`.
const char *build_commit(void);

/// The commit of the build and its date, such as `commit 43126bb2, 2026-11-30`, or `development build`.
const char *build_stamp(void);

#endif
