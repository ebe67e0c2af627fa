package dev.gantry.node.artifact;

import dev.gantry.driver.TaskDirectory;
import dev.gantry.files.OpenDirectory;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts the files of an artifact below a task's directory. An earlier run of the task may have put links there, and other
 * tasks of the allocation may put some there now: none is followed. Files that are there are replaced, and directories are
 * joined.
 */
final class Delivery {

    private final TaskDirectory directory;
    private final Path staging;

    /**
     * Makes it.
     *
     * @param directory the directory of the task
     * @param staging an empty directory on the same file system that only the node can enter
     */
    Delivery(TaskDirectory directory, Path staging) {
        this.directory = directory;
        this.staging = staging;
    }

    /**
     * Moves all that is in a directory into the destination.
     *
     * @param files the directory; only the node can enter it
     * @param destination the way to the destination, a directory
     */
    void deliver(Path files, List<String> destination) throws ArtifactException, IOException {
        try (OpenDirectory to = open(destination);
                OpenDirectory from = OpenDirectory.of(files)) {
            join(files, from, to);
        } catch (FileSystemException e) {
            throw new ArtifactException("can't be put into the destination: " + reason(e), e);
        }
    }

    /**
     * Moves a file to the destination.
     *
     * @param file the file; only the node can enter its directory
     * @param destination the way to the destination, with the name of the file at its end
     */
    void deliverFile(Path file, List<String> destination) throws ArtifactException, IOException {
        List<String> parents = destination.subList(0, destination.size() - 1);
        if (parents.isEmpty()) {
            throw ArtifactException.invalid("the destination is a directory of the task: name a file below it");
        }
        try (OpenDirectory to = open(parents);
                OpenDirectory from = OpenDirectory.of(file.getParent())) {
            to.take(from, file.getFileName().toString(), destination.get(destination.size() - 1));
        } catch (FileSystemException e) {
            throw new ArtifactException("can't be put into the destination: " + reason(e), e);
        }
    }

    private static String reason(FileSystemException failure) {
        return failure.getReason() == null ? failure.toString() : failure.getReason();
    }

    /** Opens the destination, and makes what is missing on the way. A link is replaced by a directory. */
    private OpenDirectory open(List<String> names) throws IOException {
        OpenDirectory at = OpenDirectory.of(directory.own());
        try {
            for (String name : names) {
                OpenDirectory next = enter(at, name);
                at.close();
                at = next;
            }
            return at;
        } catch (IOException e) {
            at.close();
            throw e;
        }
    }

    private OpenDirectory enter(OpenDirectory at, String name) throws IOException {
        if (at.has(name) && !at.look(name).isDirectory()) {
            at.deleteFile(name);
        }
        at.makeDirectory(name, staging);
        return at.enter(name);
    }

    private void join(Path files, OpenDirectory from, OpenDirectory to) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(files)) {
            stream.forEach(entries::add);
        }
        for (Path entry : entries) {
            String name = entry.getFileName().toString();
            boolean isDirectory = Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
            if (isDirectory && to.has(name)) {
                if (to.look(name).isDirectory()) {
                    try (OpenDirectory innerFrom = from.enter(name);
                            OpenDirectory innerTo = to.enter(name)) {
                        join(entry, innerFrom, innerTo);
                    }
                    continue;
                }
                to.deleteFile(name);
            }
            to.take(from, name, name);
        }
    }
}
