/** Tests of what is planned from manifests. */
package dev.tributary.offline;
