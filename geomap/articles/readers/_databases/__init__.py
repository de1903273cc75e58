"""The layouts in which news databases export many documents into one file, one module for each database."""
