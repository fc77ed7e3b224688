/** What the people who run the operator look at: health. */
package dev.tributary.ops;
