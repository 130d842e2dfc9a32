# What spt.sync=vtlb vpid=off changes (emulated machine)
# Makes ablation-spt-sync-vtlb-vpid-off.svg and ablation-spt-sync-vtlb-vpid-off.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,380 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,760 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "ablation-spt-sync-vtlb-vpid-off.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold What spt.sync=vtlb vpid=off changes}" at screen 0.012, screen 0.9526 left
set label "{/*0.86 emulated machine}" at screen 0.012, screen 0.8947 left
set label "default knobs" at screen 0.024, screen 0.8368 left noenhanced font ",12" point pt 6 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "shadow, spt.sync=vtlb vpid=off" at screen 0.214, screen 0.8368 left noenhanced font ",12" point pt 7 ps 1 lw 1.6 lc rgb "#e08a00" offset 0.9,-0.25
set multiplot
set yrange [-7.60:0]
set lmargin at screen 0.370
set tmargin at screen 0.6737
set bmargin at screen 0.1947
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("hypercall: warm" -1.90, "dense-sequential: first-touch" -2.90, "pte-edit: warm-up" -3.90, "pte-edit: edit" -4.90, "switch: first-round" -5.90, "switch" -6.90)
set label "{/:Bold Shadow paging}" at screen 0.012, first -0.90 left front
set rmargin at screen 0.555
set logscale x 10
set xrange [70:1.4e+05]
set xtics ("100" 100, "10k" 10000) font ",11"
set label "instructions\nper operation" at screen 0.370, graph 1 offset 0,1.4 left font ",12"
plot "ablation-spt-sync-vtlb-vpid-off.tsv" using (column("cost default")):(column("y")):(column("cost change")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-spt-sync-vtlb-vpid-off.tsv" using (column("cost spt")):(column("y")) with points pt 7 ps 0.85 lc rgb "#e08a00" notitle, \
  "ablation-spt-sync-vtlb-vpid-off.tsv" using (column("cost default")):(column("y")) with points pt 6 ps 0.95 lw 1.4 lc rgb "#505050" notitle
unset label
set yrange [-7.60:0]
set lmargin at screen 0.575
set tmargin at screen 0.6737
set bmargin at screen 0.1947
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("hypercall: warm" -1.90, "dense-sequential: first-touch" -2.90, "pte-edit: warm-up" -3.90, "pte-edit: edit" -4.90, "switch: first-round" -5.90, "switch" -6.90)
unset ytics
set rmargin at screen 0.760
unset logscale x
set xrange [-0.6397:12.79]
set xtics 0,5 font ",11"
set label "exits\nper operation" at screen 0.575, graph 1 offset 0,1.4 left font ",12"
plot "ablation-spt-sync-vtlb-vpid-off.tsv" using (column("exits default")):(column("y")):(column("exits change")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-spt-sync-vtlb-vpid-off.tsv" using (column("exits spt")):(column("y")) with points pt 7 ps 0.85 lc rgb "#e08a00" notitle, \
  "ablation-spt-sync-vtlb-vpid-off.tsv" using (column("exits default")):(column("y")) with points pt 6 ps 0.95 lw 1.4 lc rgb "#505050" notitle
unset label
set yrange [-7.60:0]
set lmargin at screen 0.780
set tmargin at screen 0.6737
set bmargin at screen 0.1947
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("hypercall: warm" -1.90, "dense-sequential: first-touch" -2.90, "pte-edit: warm-up" -3.90, "pte-edit: edit" -4.90, "switch: first-round" -5.90, "switch" -6.90)
unset ytics
set rmargin at screen 0.965
unset logscale x
set xrange [-0.6397:12.79]
set xtics 0,5 font ",11"
set label "flushes\nper operation" at screen 0.780, graph 1 offset 0,1.4 left font ",12"
plot "ablation-spt-sync-vtlb-vpid-off.tsv" using (column("executed default")):(column("y")):(column("executed change")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-spt-sync-vtlb-vpid-off.tsv" using (column("executed spt")):(column("y")) with points pt 7 ps 0.85 lc rgb "#e08a00" notitle, \
  "ablation-spt-sync-vtlb-vpid-off.tsv" using (column("executed default")):(column("y")) with points pt 6 ps 0.95 lw 1.4 lc rgb "#505050" notitle
unset multiplot
unset output
}
