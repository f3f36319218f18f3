/* SPDX-License-Identifier: Apache-2.0 */
/* Intrusive doubly linked list: no allocation, removal in constant time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct list {
        struct list *prev, *next;
};

#define CONTAINER_OF(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

static inline void list_init(struct list *head) {
        head->prev = head->next = head;
}
static inline bool list_is_empty(const struct list *head) {
        return head->next == head;
}
static inline void list_append(struct list *head, struct list *item) {
        item->prev = head->prev;
        item->next = head;
        head->prev->next = item;
        head->prev = item;
}
static inline void list_prepend(struct list *head, struct list *item) {
        list_append(head->next, item);
}
/* Safe on an item that is in no list, if it was list_init()ed. */
static inline void list_remove(struct list *item) {
        item->prev->next = item->next;
        item->next->prev = item->prev;
        list_init(item);
}

/* The body may remove @item. */
#define LIST_FOREACH(item, head)                                                                                       \
        for (struct list *item = (head)->next, *item##_next_ = item->next; item != (head);                             \
             item = item##_next_, item##_next_ = item->next)
