"""Extract and hash every file of archives and packages, and answer whether a digest is known.

A **content** is a byte string, known by its digests. A **source** is a content in which entries were looked for: a
package, an archive, an archive in an archive; it lies at **locations**. An **occurrence** is an entry of a source: a
path, and the content that lies there.

Invariants: foreign bytes are parsed only in a process that can neither open, connect nor execute; a source's
occurrences commit together with its state, or not at all; a source that lost its end is never called complete.
"""
