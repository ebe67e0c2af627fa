package dev.gantry.node.state;

import com.google.protobuf.InvalidProtocolBufferException;
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
     * Reads all that is remembered. A file that can't be understood is set aside: the server names the allocation again
     * if it still wants it.
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
                    read(file).ifPresent(all::add);
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

    /** As {@link #put}, but to be made sure of by {@link #sync}. */
    void write(StoredAllocation allocation) {
        DurableFile.replace(file(allocation.id()), AllocationFile.encode(allocation));
    }

    /** As {@link #remove}, but to be made sure of by {@link #sync}. */
    void erase(String allocationId) {
        DurableFile.delete(file(allocationId));
    }

    /** Makes sure of all that was written and erased. */
    void sync() {
        DurableFile.sync(directory);
    }

    private Path file(String allocationId) {
        return directory.resolve(allocationId + SUFFIX);
    }

    private static Optional<StoredAllocation> read(Path file) throws IOException {
        try {
            return Optional.of(AllocationFile.decode(Files.readAllBytes(file)));
        } catch (InvalidProtocolBufferException e) {
            LOG.error("{} is damaged", file, e);
        }
        Path aside = file.resolveSibling(file.getFileName() + ".damaged");
        LOG.error("{} can't be understood; it is kept as {}, and what it speaks of is removed", file, aside);
        Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
        return Optional.empty();
    }
}
