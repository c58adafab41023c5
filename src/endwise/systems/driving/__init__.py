"""Camera -> situation -> plan -> control, and camera -> control. A teaching system, not for roads."""
