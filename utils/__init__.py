"""What a notebook of the course imports: data, pictures, and the check of every exercise."""
