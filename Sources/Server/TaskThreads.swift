import NIOCore
import NIOPosix

/// On which threads the tasks of the process run.
package enum TaskThreads {
    /// Tasks run on the threads that read and write connections, so that a request goes from the socket to its answer without
    /// changing threads. Where Swift does not let that be chosen, tasks run on its own threads, as slowly as anywhere.
    ///
    /// Call it once, on the main thread, before there are tasks. Nothing may wait for a disk or a lookup on such a thread: the
    /// store, lookups and files have theirs.
    package static func useThoseOfConnections() {
        NIOSingletons.unsafeTryInstallSingletonPosixEventLoopGroupAsConcurrencyGlobalExecutor()
    }
}
