package dev.gantry.node.state;

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
 * Remembers a node's allocations: a file each ({@link AllocationFile}).
 *
 * <p>What public methods change is on the disk once they return. Used by one thread at a time.
 */
public final class AllocationStore {

    private static final Logger LOG = LoggerFactory.getLogger(AllocationStore.class);

    private static final String SUFFIX = ".allocation";
    private static final String DAMAGED = ".damaged";

    private final Path directory;

    /**
     * Uses a directory.
     *
     * @param directory where the files are; it exists
     */
    public AllocationStore(Path directory) {
        this.directory = directory;
    }

    /**
     * Reads all that is remembered. A file that can't be read or understood is set aside, and kept until the allocation is
     * remembered or forgotten again: the server names the allocation if there is one.
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
     * Remembers an allocation, in place of what was remembered of it.
     *
     * @param allocation the allocation
     * @throws NodeStateException if the disk refuses
     */
    public void put(StoredAllocation allocation) {
        write(allocation);
        sync();
    }

    /**
     * Forgets an allocation; does nothing if it is not known.
     *
     * @param allocationId which one
     * @throws NodeStateException if the disk refuses
     */
    public void remove(String allocationId) {
        erase(allocationId);
        sync();
    }

    /**
     * Sets aside what is remembered of an allocation, since it is of no use.
     *
     * @param allocationId which one
     */
    public void setAside(String allocationId) {
        setAside(file(allocationId));
    }

    /**
     * Whether something was remembered of an allocation that could not be read.
     *
     * @param allocationId which one
     * @return true from the {@link #load} on that has found that out until the allocation is remembered or forgotten
     */
    public boolean isDamaged(String allocationId) {
        return Files.exists(aside(file(allocationId)));
    }

    /** As {@link #put}, but to be made sure of by {@link #sync}. */
    void write(StoredAllocation allocation) {
        Path file = file(allocation.id());
        DurableFile.replace(file, AllocationFile.encode(allocation));
        DurableFile.delete(aside(file));
    }

    /** As {@link #remove}, but to be made sure of by {@link #sync}. */
    void erase(String allocationId) {
        Path file = file(allocationId);
        DurableFile.delete(file);
        DurableFile.delete(aside(file));
    }

    /** Makes sure of all that was written and erased. */
    void sync() {
        DurableFile.sync(directory);
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
            LOG.error("{} is damaged: it is about allocation {}", file, stored.id());
        } catch (IOException e) {
            LOG.error("{} is damaged, or can't be read", file, e);
        }
        return Optional.empty();
    }

    private static void setAside(Path file) {
        Path aside = aside(file);
        try {
            Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
            LOG.error(
                    "{} is of no use and is kept as {}; what it is about stays until the server names it", file, aside);
        } catch (IOException e) {
            LOG.error("{} is of no use, and can't be set aside", file, e);
        }
    }

    private static Path aside(Path file) {
        return file.resolveSibling(file.getFileName() + DAMAGED);
    }
}
