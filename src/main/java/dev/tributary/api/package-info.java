/**
 * The custom resources: records that say what a user may write and what a status shows. No logic
 * but the defaults.
 *
 * <p>A default stands in two places on purpose: as an annotation, so that the API server writes it
 * into the stored resource, and in the record's constructor, for a section that is left out as a
 * whole (the API server defaults nothing inside a section that is absent).
 */
package dev.tributary.api;
