package dev.gantry.rkt.image;

import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Images that lie elsewhere, and what is remembered of them. */
public interface RemoteImages {

    /**
     * The stored image that a place led to when it was last fetched.
     *
     * @param place a URL, {@code docker://} ones included, as the command line has it
     * @return the image, if it is still stored
     * @throws IOException if the store can't be read
     * @throws RktException if the place can't be understood, or an image in the store is damaged
     */
    Optional<StoredImage> remembered(String place) throws IOException, RktException;

    /**
     * Fetches an image by its URL.
     *
     * @param uri an {@code http} or {@code https} URL that ends in {@code .aci}
     * @param signature the file of its signature; empty to fetch that from beside the image
     * @return the stored image
     * @throws RktException if it can't be had, or is refused
     * @throws IOException if the transfer breaks off, or the image can't be stored
     */
    StoredImage fetch(URI uri, Optional<Path> signature) throws IOException, RktException;

    /**
     * Fetches an image from a docker registry.
     *
     * @param reference {@code docker://…}
     * @return the stored image
     * @throws RktException if it can't be had, or is refused
     * @throws IOException if the transfer breaks off, or the image can't be stored
     */
    StoredImage fetchDocker(String reference) throws IOException, RktException;

    /**
     * Fetches an image by its name (appc spec/discovery.md).
     *
     * @param name an AC Identifier
     * @param labels what it must be labelled with
     * @param signature the file of its signature; empty to fetch it from where discovery says it is
     * @return the stored image
     * @throws RktException if it can't be found, or is refused
     * @throws IOException if the transfer breaks off, or the image can't be stored
     */
    StoredImage discover(String name, Map<String, String> labels, Optional<Path> signature)
            throws IOException, RktException;
}
