/**
 * The domain's specification: every planner's SQL as text, every decision as a value, no database.
 */
package dev.tributary.federation;
