package dev.gantry.api;

import dev.gantry.api.PageToken.Field;
import dev.gantry.model.NodeLimits;
import dev.gantry.v1.FileAnswer;
import dev.gantry.v1.FileListing;
import dev.gantry.v1.FileQuestion;
import dev.gantry.v1.FileRange;
import dev.gantry.v1.GetFileRequest;
import dev.gantry.v1.ListFilesRequest;
import dev.gantry.v1.ReadFileRequest;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Maps a client's requests for files of an allocation to questions to its node. */
final class FileRequests {

    private static final String LIST = "files";

    private FileRequests() {}

    /** Returns the question for a page of a directory. */
    static FileQuestion.Builder question(ListFilesRequest request) {
        String after = PageToken.parse(request.getPageToken(), LIST, Field.TEXT).text(0);
        return FileQuestion.newBuilder()
                .setPath(request.getPath())
                .setList(FileListing.newBuilder()
                        .setLimit(PageToken.size(request.getPageSize()))
                        .setAfter(fromHex(after)));
    }

    /** Returns the token of the page after an answer; empty after the last page. */
    static String nextPage(FileAnswer answer) {
        if (!answer.getMore() || answer.getFilesCount() == 0) {
            return "";
        }
        String last = answer.getFiles(answer.getFilesCount() - 1).getName();
        // Names of files may have any character.
        return PageToken.of(LIST, HexFormat.of().formatHex(last.getBytes(StandardCharsets.UTF_8)));
    }

    private static String fromHex(String text) {
        try {
            return new String(HexFormat.of().parseHex(text), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            InvalidRequestException invalid =
                    new InvalidRequestException("page_token", "is no next_page_token of this list");
            invalid.initCause(e);
            throw invalid;
        }
    }

    /** Returns the question for what a path names. */
    static FileQuestion.Builder question(GetFileRequest request) {
        return FileQuestion.newBuilder().setPath(request.getPath());
    }

    /** Returns the question for a piece of a file. */
    static FileQuestion.Builder question(ReadFileRequest request) {
        if (request.getOffset() < 0) {
            throw new InvalidRequestException("offset", "%d is below 0".formatted(request.getOffset()));
        }
        if (request.getLength() < 0 || request.getLength() > NodeLimits.LARGEST_FILE_PIECE) {
            throw new InvalidRequestException(
                    "length",
                    "%d is not within 0 and %d".formatted(request.getLength(), NodeLimits.LARGEST_FILE_PIECE));
        }
        return FileQuestion.newBuilder()
                .setPath(request.getPath())
                .setRead(FileRange.newBuilder()
                        .setOffset(request.getOffset())
                        .setLength(request.getLength() == 0 ? NodeLimits.LARGEST_FILE_PIECE : request.getLength()));
    }
}
