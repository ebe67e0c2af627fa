package dev.gantry.node.state;

import dev.gantry.files.DurableFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the allocations of a node on disk, a file for each ({@link AllocationFile}).
 *
 * <p>Changes by public methods are on disk when the method returns. Used by one thread at a time.
 */
public final class AllocationStore {

    private static final Logger LOG = LoggerFactory.getLogger(AllocationStore.class);

    private static final String SUFFIX = ".allocation";
    private static final String DAMAGED = ".damaged";

    private final Path directory;

    /**
     * Uses a directory.
     *
     * @param directory the directory of the files; it exists
     */
    public AllocationStore(Path directory) {
        this.directory = directory;
    }

    /**
     * Reads all allocations. A file that can't be read or decoded is renamed and kept until the allocation is stored or
     * removed again: the server still knows the allocation.
     *
     * @return the allocations, in no order
     * @throws NodeStateException if the directory can't be read
     */
    public List<StoredAllocation> load() {
        List<StoredAllocation> all = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                if (DurableFile.isUnfinished(file)) {
                    Files.delete(file);
                } else if (file.getFileName().toString().endsWith(SUFFIX)) {
                    read(file).ifPresentOrElse(all::add, () -> setAside(file));
                }
            }
        } catch (IOException e) {
            throw new NodeStateException("Can't read the node's state in " + directory, e);
        }
        return all;
    }

    /**
     * Stores an allocation, and replaces its older state.
     *
     * @param allocation the allocation
     * @throws NodeStateException if the file can't be written
     */
    public void put(StoredAllocation allocation) {
        write(allocation);
        sync();
    }

    /**
     * Removes an allocation. Does nothing if it is not stored.
     *
     * @param allocationId the id of the allocation
     * @throws NodeStateException if the file can't be deleted
     */
    public void remove(String allocationId) {
        erase(allocationId);
        sync();
    }

    /**
     * Renames the file of an allocation, since its content can't be used.
     *
     * @param allocationId the id of the allocation
     */
    public void setAside(String allocationId) {
        setAside(file(allocationId));
    }

    /**
     * Tells whether {@link #load} has found a damaged file of an allocation.
     *
     * @param allocationId the id of the allocation
     * @return true until the allocation is stored or removed
     */
    public boolean isDamaged(String allocationId) {
        return Files.exists(aside(file(allocationId)));
    }

    /** Stores an allocation. It survives a crash only after {@link #sync}. */
    void write(StoredAllocation allocation) {
        Path file = file(allocation.id());
        StateFile.replace(file, AllocationFile.encode(allocation));
        StateFile.delete(aside(file));
    }

    /** Removes an allocation. The removal survives a crash only after {@link #sync}. */
    void erase(String allocationId) {
        Path file = file(allocationId);
        StateFile.delete(file);
        StateFile.delete(aside(file));
    }

    /** Forces all writes and removals to disk. */
    void sync() {
        StateFile.sync(directory);
    }

    private Path file(String allocationId) {
        return directory.resolve(allocationId + SUFFIX);
    }

    private Optional<StoredAllocation> read(Path file) {
        try {
            StoredAllocation stored = AllocationFile.decode(Files.readAllBytes(file));
            if (file(stored.id()).equals(file)) {
                return Optional.of(stored);
            }
            LOG.error("{} is damaged: it holds allocation {}", file, stored.id());
        } catch (IOException e) {
            LOG.error("{} is damaged or can't be read", file, e);
        }
        return Optional.empty();
    }

    private static void setAside(Path file) {
        Path aside = aside(file);
        try {
            Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
            LOG.error(
                    "{} can't be used and is kept as {}; the pods and the directory of the allocation stay until the"
                            + " server names it",
                    file,
                    aside);
        } catch (IOException e) {
            LOG.error("{} can't be used, and can't be renamed either", file, e);
        }
    }

    private static Path aside(Path file) {
        return file.resolveSibling(file.getFileName() + DAMAGED);
    }
}
